//! Environments: groups of nodes that really run.
//!
//! What an owner asked for is in the store (column `wanted`), and so is what is known to be so (`status`); what runs is in the
//! [`manager`](Manager), one controller for each node. A change is recorded first (status, audit entry, action in one
//! transaction) and then done in a task of its own. The status is the lock: it moves to a changing one only from those
//! that the change can begin with, so of two changes at once one wins and the other is refused with the status.

pub mod actions;
mod changes;
mod configure;
mod create;
mod delete;
mod deployments;
mod execute;
mod export;
mod favorites;
mod file_turn;
mod file_turns;
mod files;
mod groups;
mod held_nodes;
mod images;
mod inside;
mod layers;
mod lifecycle;
mod lock;
mod manager;
mod model;
mod node_controller;
mod operation;
mod ports;
mod reach;
mod read;
mod redeploy;
mod registries;
mod rows;
mod samples;
mod service;
mod spec;
mod stats;
mod topology;
pub mod uploads;
mod volumes;

pub use actions::{Action, ActionFilter};
pub use changes::{NodeChoice, RestartOrder};
pub use configure::VariableChange;
pub use deployments::{Deployment, Hooks, NewDeployment, ROOT};
pub use execute::NodeOutput;
pub use export::{Description, Export, LayerDescription};
pub use favorites::Favorite;
pub use files::{FileLocation, FileSource};
pub use groups::{EnvironmentGroup, GroupChange, check_new_groups};
pub use lifecycle::DEMO;
pub use manager::Manager;
pub use model::{Environment, EnvironmentSettings, Failure, FormerImage, Layer, Node, NodeFacts};
pub use operation::Operation;
pub use reach::limiting_token;
pub use redeploy::Redeployment;
pub use registries::RegistryInfo;
pub use samples::SumStat;
pub use service::Environments;
pub use spec::check_limits;

pub use keyrack_types::topology::{EnvironmentSpec, NodesSpec};
