//! The links of a frame: what an agent prints as a link is one in the operator's own terminal, too.
//!
//! Owns the marks. A cell that is drawn has no room for an address, so it carries a number that stands for one; the same
//! address has the same number in every frame, so that a cell whose link changed is another cell.

use super::cell::Link;
use std::collections::BTreeMap;

/// A longer address is not passed on; other terminals have this bound as well.
const LONGEST: usize = 2083;

/// The addresses by their marks, which have 24 bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links(BTreeMap<u32, Link>);

impl Links {
    /// The mark of a link. Nothing where its address could be more than one to a terminal, or where another address has
    /// the mark already.
    pub fn mark(&mut self, link: &Link) -> Option<u32> {
        let address = link.uri();
        let mark = hash(address);
        match self.0.get(&mark) {
            Some(known) => (known == link).then_some(mark),
            None if is_passed_on(address) => {
                self.0.insert(mark, link.clone());
                Some(mark)
            }
            None => None,
        }
    }

    pub fn address(&self, mark: u32) -> Option<&str> {
        self.0.get(&mark).map(Link::uri)
    }
}

/// The characters an address may have; all others belong into it percent-encoded. None of them ends a sequence.
fn is_passed_on(address: &str) -> bool {
    !address.is_empty() && address.len() <= LONGEST && address.bytes().all(|byte| byte.is_ascii_graphic())
}

/// FNV-1a, folded.
fn hash(address: &str) -> u32 {
    let hash = address
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 24) ^ (hash & 0x00ff_ffff)
}
