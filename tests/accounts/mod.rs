//! Signing in, sessions, limits and staff, as people meet them.

mod limits;
mod step_up;
