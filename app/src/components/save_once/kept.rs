//! Values that are shown once.

/// The values, by how they are shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Kept {
    /// One, in a field with this label.
    One { label: &'static str, value: String },
    /// Each beneath its name.
    Named(Vec<(String, String)>),
    /// A list of equals.
    Many(Vec<String>),
}

impl Kept {
    /// Everything as text, for the file and the clipboard; each value ends its line.
    pub(super) fn text(&self) -> String {
        match self {
            Kept::One { value, .. } => format!("{value}\n"),
            Kept::Named(values) => values.iter().map(|(name, value)| format!("{name}: {value}\n")).collect(),
            Kept::Many(values) => values.iter().map(|value| format!("{value}\n")).collect(),
        }
    }
}
