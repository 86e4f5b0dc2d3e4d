//! Values that are shown once.

/// One-time values, by how they are shown.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretValues {
    /// One, in a field with this label.
    One { label: &'static str, value: String },
    /// Each beneath its name.
    Named(Vec<(String, String)>),
    /// Several of the same kind.
    Many(Vec<String>),
}

impl SecretValues {
    /// Everything as text, for the file and the clipboard; each value ends its line.
    pub(super) fn text(&self) -> String {
        match self {
            SecretValues::One { value, .. } => format!("{value}\n"),
            SecretValues::Named(values) => values.iter().map(|(name, value)| format!("{name}: {value}\n")).collect(),
            SecretValues::Many(values) => values.iter().map(|value| format!("{value}\n")).collect(),
        }
    }
}
