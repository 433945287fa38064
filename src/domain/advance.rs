//! What must be done next, recomputed from the state after every input.
