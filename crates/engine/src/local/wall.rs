//! What keeps nodes apart from the server, the machine and each other, and whether this machine has all of it.

use serde::{Deserialize, Serialize};

/// One wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wall {
    /// What it is, as operators read it.
    pub name: String,
    /// What there is of it, or why there is nothing.
    pub state: Result<String, String>,
    /// Whether nodes are not walled without it.
    pub needed: bool,
}

impl Wall {
    /// One that nodes need.
    pub fn needed(name: &str, state: Result<String, String>) -> Wall {
        Wall { name: name.to_owned(), state, needed: true }
    }

    /// One that others stand in for where it is missing.
    pub fn further(name: &str, state: Result<String, String>) -> Wall {
        Wall { name: name.to_owned(), state, needed: false }
    }
}

/// How well nodes can be kept apart. Nothing in between the two counts: a wall with a gap is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// All that is needed is there: nodes run what their owners write.
    Walled,
    /// Something is missing: only built-in programs run. What is missing, and why.
    NotWalled(String),
}

impl Level {
    /// The level that these walls make.
    pub fn of(walls: &[Wall]) -> Level {
        let missing: Vec<String> = walls
            .iter()
            .filter(|wall| wall.needed)
            .filter_map(|wall| Some(format!("{} ({})", wall.name, wall.state.as_ref().err()?)))
            .collect();
        match missing.is_empty() {
            true if walls.is_empty() => Level::NotWalled("everything (nothing is known of this machine)".to_owned()),
            true => Level::Walled,
            false => Level::NotWalled(missing.join(", ")),
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Level::Walled => f.write_str("walled"),
            Level::NotWalled(missing) => write!(f, "not walled: missing {missing}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_needed_wall_that_is_missing_makes_them_none() {
        let there = || Ok("is there".to_owned());
        let gone = || Err("no such call".to_owned());
        let mut walls = vec![Wall::needed("a", there()), Wall::further("b", gone())];
        assert_eq!(Level::of(&walls), Level::Walled);
        walls.push(Wall::needed("c", gone()));
        assert_eq!(Level::of(&walls).to_string(), "not walled: missing c (no such call)");
        assert!(matches!(Level::of(&[]), Level::NotWalled(_)));
    }
}
