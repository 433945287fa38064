//! Our own terminal: what it tells, when a frame is due, and that it is given back.

mod conversion;
mod corpus;
mod decoding;
mod frames;
mod herald;
mod lifetime;
