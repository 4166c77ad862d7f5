//! What the fuzz targets share: a tenant whose answers an input bends, and what must hold whatever it answers.
//!
//! The simulated tenant tells the truth wherever the input says nothing, so that an input gets deep into a run before
//! its own answer comes.

mod check;
mod operation;
mod script;
mod world;

pub use operation::{Fair, Operation, Player};
pub use script::{Line, Script, bend};
pub use world::{ADELE, ASSERTION, NOW, Network, Secrets, Waiting, World};
