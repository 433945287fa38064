//! The canonical stream: whole characters, no secrets, wherever it was cut.

use awtui::term::Utf8Pump;
use proptest::collection::vec;
use proptest::prelude::*;

const SECRETS: &[&str] = &["sk-live-0123456789", "tok_tok_tok", "p\u{e4}ssw\u{f6}rt"];

fn pump() -> Utf8Pump {
    Utf8Pump::new(SECRETS.iter().map(|secret| (*secret).to_owned()).collect())
}

fn pumped(pump: &mut Utf8Pump, pieces: &[&[u8]]) -> String {
    let mut out = String::new();
    for piece in pieces {
        out.push_str(&pump.push(piece));
    }
    out + &pump.finish()
}

#[test]
fn a_split_character_waits_and_an_invalid_one_is_replaced() {
    let cases: [(&[&[u8]], &str); 6] = [
        (&[b"a\xe4\xb8", b"\xadb"], "a\u{4e2d}b"),
        (&[b"\xf0", b"\x9f", b"\x91", b"\xa9"], "\u{1f469}"),
        (&[b"a\xffb"], "a\u{fffd}b"),
        (&[b"\xe4\xb8", b"x"], "\u{fffd}x"),
        (&[b"\xc3", b"\x1b[m"], "\u{fffd}\x1b[m"),
        (&[b"end\xe4"], "end\u{fffd}"),
    ];
    for (pieces, expected) in cases {
        assert_eq!(pumped(&mut Utf8Pump::new(Vec::new()), pieces), expected);
        assert_eq!(pumped(&mut pump(), pieces), expected, "with secrets to look for");
    }
}

#[test]
fn a_secret_is_masked_wherever_it_is_cut() {
    for secret in SECRETS {
        let line = format!("key={secret}; again {secret}{secret}\n");
        let expected = line.replace(secret, &"*".repeat(secret.len()));
        for cut in 0..line.len() {
            let (first, second) = line.as_bytes().split_at(cut);
            assert_eq!(pumped(&mut pump(), &[first, second]), expected, "cut at {cut}");
        }
        let bytewise: Vec<&[u8]> = line.as_bytes().chunks(1).collect();
        assert_eq!(pumped(&mut pump(), &bytewise), expected, "byte by byte");
    }
}

#[test]
fn overlapping_occurrences_are_masked_together() {
    let mut pump = pump();
    assert_eq!(pumped(&mut pump, &[b"-tok_tok_tok_tok-"]), "-***************-");
}

#[test]
fn what_could_begin_a_secret_is_held_back_until_it_is_decided() {
    let mut pump = pump();
    assert_eq!(pump.push(b"desk"), "de");
    assert_eq!(pump.push(b"s"), "sk");
    assert_eq!(pump.push(b"abc"), "sabc");
    assert!(!pump.holds_back());
    assert_eq!(pump.push(b" s"), " ");
    assert!(pump.holds_back());
    assert_eq!(pump.push(b"o"), "so");
    assert_eq!(pump.push(b"sk-live"), "");
    assert_eq!(pump.flush(), "sk-live");
    assert_eq!(pump.flush(), "", "given out once");
    assert_eq!(pump.push(b"-0123456789!"), "***********!", "the rest of a secret that was flushed half");
}

#[test]
fn words_too_short_to_be_secrets_are_left_alone() {
    let mut pump = Utf8Pump::new(vec![String::new(), "31".to_owned(), "abcde".to_owned()]);
    assert_eq!(pump.push(b"\x1b[31mabcde"), "\x1b[31mabcde");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_and_flushes_never_let_a_whole_secret_through(
        words in vec(prop_oneof![
            Just("tok_tok_tok"), Just("tok_"), Just("sk-live-"), Just("0123456789"), Just("p\u{e4}ssw\u{f6}rt"),
            Just("p\u{e4}"), Just("t"), Just(" "), Just("\u{4e2d}"),
        ], 0..20),
        cuts in vec((any::<prop::sample::Index>(), any::<bool>()), 0..8),
    ) {
        let stream = words.concat();
        let mut cuts: Vec<(usize, bool)> =
            cuts.iter().map(|(cut, flush)| (cut.index(stream.len() + 1), *flush)).collect();
        cuts.sort_unstable();
        let mut expected = vec![false; stream.len()];
        for secret in SECRETS {
            for at in (0..stream.len()).filter(|at| stream.as_bytes()[*at..].starts_with(secret.as_bytes())) {
                expected[at..at + secret.len()].fill(true);
            }
        }
        let flushed = cuts.iter().any(|(_, flush)| *flush);
        let (mut pump, mut out, mut from) = (pump(), String::new(), 0);
        for (cut, flush) in cuts {
            out.push_str(&pump.push(&stream.as_bytes()[from..cut]));
            if flush {
                out.push_str(&pump.flush());
            }
            from = cut;
        }
        out.push_str(&pump.push(&stream.as_bytes()[from..]));
        out.push_str(&pump.finish());
        prop_assert_eq!(out.len(), stream.len(), "equal length");
        if flushed {
            // What was given out cannot be taken back, but the last byte of a secret never gets out.
            for secret in SECRETS {
                for at in (0..stream.len()).filter(|at| stream.as_bytes()[*at..].starts_with(secret.as_bytes())) {
                    prop_assert_eq!(out.as_bytes()[at + secret.len() - 1], b'*', "{} in {}", secret, out);
                }
            }
        } else {
            let masked: Vec<u8> = stream.bytes().zip(&expected).map(|(byte, hide)| if *hide { b'*' } else { byte }).collect();
            prop_assert_eq!(out.as_bytes(), masked);
        }
    }
}
