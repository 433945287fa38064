//! The test suite `it`.
