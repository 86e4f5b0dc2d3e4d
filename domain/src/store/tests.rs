//! The store's own promises, on both databases.

use super::*;
