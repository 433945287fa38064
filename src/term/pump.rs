//! The canonical stream of a pane: valid text without known secrets.
//!
//! Owns decoding and masking. What comes out is what is recorded, parsed and sent on, so a secret that is masked here
//! is masked everywhere. It never knows where the secrets come from.

use super::utf8::Utf8Decoder;

/// Shorter values are not secrets but words: masking them would tear holes into ordinary text and into sequences.
const SHORTEST_SECRET: usize = 6;

/// Decodes bytes to text and replaces known secrets by `*`, byte for byte, wherever the stream is cut.
///
/// Text that may be the beginning of a secret is held back until the next bytes decide; [`Utf8Pump::flush`] releases
/// it when the program falls silent. A secret whose beginning was released that way is still masked from there on.
#[derive(Clone, Debug)]
pub struct Utf8Pump {
    decoder: Utf8Decoder,
    secrets: Vec<String>,
    /// The end of the stream as far as a secret may reach into it.
    window: Vec<u8>,
    /// Which bytes of the window belong to a secret.
    masked: Vec<bool>,
    /// How many bytes of the window have been given out already.
    released: usize,
}

impl Utf8Pump {
    pub fn new(secrets: Vec<String>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET).collect();
        Self { decoder: Utf8Decoder::default(), secrets, window: Vec::new(), masked: Vec::new(), released: 0 }
    }

    /// The next bytes as text, as far as it is known to be free of secrets.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        let text = self.decoder.decode(bytes);
        if self.secrets.is_empty() {
            return text.into_owned();
        }
        self.window.extend_from_slice(text.as_bytes());
        self.masked.resize(self.window.len(), false);
        for secret in &self.secrets {
            mark(&self.window, secret.as_bytes(), &mut self.masked);
        }
        let undecided = self.undecided();
        let out = self.release(undecided);
        let gone = undecided.min(self.released);
        self.window.drain(..gone);
        self.masked.drain(..gone);
        self.released -= gone;
        out
    }

    /// Gives out what is held back. For a moment of silence, so that the last character typed becomes visible; half a
    /// character stays, its rest is on the way.
    pub fn flush(&mut self) -> String {
        self.release(self.window.len())
    }

    /// Gives out everything: the stream has ended.
    pub fn finish(&mut self) -> String {
        let mut out = self.flush();
        out.extend(self.decoder.finish());
        self.window.clear();
        self.masked.clear();
        self.released = 0;
        out
    }

    /// Whether [`Utf8Pump::flush`] would give out anything.
    pub fn holds_back(&self) -> bool {
        self.released < self.window.len()
    }

    fn release(&mut self, end: usize) -> String {
        let start = self.released;
        if end <= start {
            return String::new();
        }
        self.released = end;
        let bytes: Vec<u8> = self.window[start..end]
            .iter()
            .zip(&self.masked[start..end])
            .map(|(byte, masked)| if *masked { b'*' } else { *byte })
            .collect();
        // Secrets are whole characters, so cutting and masking at their borders leaves valid text.
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Where the longest end of the window begins that could be the beginning of a secret.
    fn undecided(&self) -> usize {
        let longest = self.secrets.iter().map(|secret| secret.len() - 1).max().unwrap_or_default();
        let first = self.window.len().saturating_sub(longest);
        (first..self.window.len())
            .find(|start| {
                let end = &self.window[*start..];
                self.secrets
                    .iter()
                    .any(|secret| secret.len() > end.len() && secret.as_bytes().starts_with(end))
            })
            .unwrap_or(self.window.len())
    }
}

/// Marks every place where `secret` lies in `window`, overlapping ones too.
fn mark(window: &[u8], secret: &[u8], masked: &mut [bool]) {
    let Some(first) = secret.first() else { return };
    let mut from = 0;
    while let Some(distance) = window[from..].iter().position(|byte| byte == first) {
        let at = from + distance;
        if window[at..].starts_with(secret) {
            masked[at..at + secret.len()].fill(true);
        }
        from = at + 1;
    }
}
