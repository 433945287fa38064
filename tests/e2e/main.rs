//! The test suite `e2e`.
