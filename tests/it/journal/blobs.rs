//! Texts beside the journal.

use super::samples;
use awtui::domain::{Fact, Text};
use awtui::journal::{self, JournalError, blobs::Blobs, blobs::hash};
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

#[test]
fn a_blob_comes_back_and_is_named_by_its_hash() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path().join("blobs"));
    let bytes = "\n   \n  first words \nmore\n".repeat(2000).into_bytes();
    let text = blobs.put(&bytes).unwrap();
    let Text::Blob { sha256, bytes: length, first_line } = &text else { panic!("{text:?}") };
    assert_eq!((*length, first_line.as_str()), (bytes.len() as u64, "first words"));
    assert_eq!(*sha256, hash(&bytes));
    assert_eq!(blobs.get(sha256).unwrap(), bytes);
    assert_eq!(blobs.text(&text).unwrap().into_bytes(), bytes);
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(blobs.path(sha256).unwrap()), 0o600);
    assert_eq!(mode(folder.path().join("blobs")), 0o700);
}

#[test]
fn the_hash_is_sha_256() {
    assert_eq!(hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn the_same_bytes_are_stored_once() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path());
    assert_eq!(blobs.put(b"same").unwrap(), blobs.put(b"same").unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_blob_that_was_changed_is_an_error_and_is_written_anew_when_put_again() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path());
    blobs.put(b"evidence").unwrap();
    let name = hash(b"evidence");
    std::fs::write(folder.path().join(&name), b"other words").unwrap();
    let error = blobs.get(&name).unwrap_err();
    assert!(matches!(error, JournalError::DamagedBlob { .. }), "{error}");
    blobs.put(b"evidence").unwrap();
    assert_eq!(blobs.get(&name).unwrap(), b"evidence");
}

#[test]
fn a_name_that_is_no_hash_is_refused() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path());
    for name in ["", "../../etc/passwd", "ABC", &"A".repeat(64), &"g".repeat(64), &"0".repeat(63)] {
        let error = blobs.get(name).unwrap_err();
        assert!(matches!(error, JournalError::BadBlobName { .. }), "{name}: {error}");
    }
}

#[test]
fn every_long_text_of_every_fact_moves_to_a_blob_and_no_short_one_does() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path());
    for fact in samples::every_fact() {
        let mut short = vec![fact.clone()];
        journal::externalize(&mut short, &blobs).unwrap();
        assert_eq!(short[0], fact);

        let mut long = vec![with_long_texts(&fact)];
        let n_texts = serde_json::to_string(&fact).unwrap().matches(samples::TEXT).count();
        journal::externalize(&mut long, &blobs).unwrap();
        let json = serde_json::to_string(&long[0]).unwrap();
        assert_eq!(json.matches("\"sha256\"").count(), n_texts, "{json:.500}");
        assert!(!json.contains(&"x".repeat(300)), "a long text stayed in {json:.500}");
        assert_eq!(journal::texts_mut(&mut long[0]).len(), n_texts, "{json:.500}");
    }
}

#[test]
fn the_limit_itself_stays_in_the_fact() {
    let folder = TempDir::new().unwrap();
    let blobs = Blobs::new(folder.path());
    let note =
        |length: usize| Fact::Noted { text: Text::from("x".repeat(length)), author: samples::author() };
    let mut facts = [note(Text::INLINE_LIMIT), note(Text::INLINE_LIMIT + 1)];
    journal::externalize(&mut facts, &blobs).unwrap();
    assert_eq!(facts[0], note(Text::INLINE_LIMIT));
    assert!(
        matches!(&facts[1], Fact::Noted { text: Text::Blob { bytes, .. }, .. } if *bytes == Text::INLINE_LIMIT as u64 + 1)
    );
}

/// The fact with each sample text made long, found through its JSON and so without the code under test.
fn with_long_texts(fact: &Fact) -> Fact {
    let long = format!("{} {}", samples::TEXT, "x".repeat(Text::INLINE_LIMIT));
    let json = serde_json::to_string(fact).unwrap().replace(samples::TEXT, &long);
    serde_json::from_str(&json).unwrap()
}
