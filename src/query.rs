//! Pure functions from the store and some parameters to owned view-models. No I/O, no clock, no drawing.

pub mod cause;
pub mod detail;
pub mod filter;
pub mod find;
pub mod folds;
pub mod listing;
pub mod logs;
pub mod output;
pub mod ruler;
pub mod services;
pub mod timeline;
pub mod traces;
pub mod tree;
pub mod waterfall;
mod work;
