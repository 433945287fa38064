//! The test suite `agents`.
