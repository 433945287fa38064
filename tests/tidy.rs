//! Rules of the house that the compiler does not know: layers, file sizes, what lies at the top level.
