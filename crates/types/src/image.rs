//! Names of images: `keyrack/web:latest`.

use std::fmt;

/// An image and one of its tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageRef {
    pub name: String,
    pub tag: String,
}

impl ImageRef {
    /// Reads `NAME` or `NAME:TAG`; no tag means `latest`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<ImageRef, String> {
        let text = text.trim();
        // A colon before the last slash belongs to a registry's port.
        let (name, tag) = match text.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (text, "latest"),
        };
        if !is_name(name) {
            return Err(format!("“{text}” is not the name of an image: write it like keyrack/web:latest"));
        }
        if !is_tag(tag) {
            return Err(format!("“{tag}” is not a tag: letters, digits, “.”, “_” and “-”, at most 128"));
        }
        Ok(ImageRef { name: name.to_owned(), tag: tag.to_owned() })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 255
        && name.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'))
        })
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::ImageRef;

    #[test]
    fn names_and_tags_are_told_apart() {
        for (text, name, tag) in [
            ("keyrack/web:2", "keyrack/web", "2"),
            ("keyrack/web", "keyrack/web", "latest"),
            (" nginx:1.27-alpine ", "nginx", "1.27-alpine"),
            ("registry.example:5000/team/app", "registry.example:5000/team/app", "latest"),
            ("registry.example:5000/team/app:v1", "registry.example:5000/team/app", "v1"),
        ] {
            assert_eq!(ImageRef::parse(text), Ok(ImageRef { name: name.into(), tag: tag.into() }));
        }
        for text in
            ["", ":1", "a/", "a b", "a:", "a:-x", "a:b c", "../etc", "a@sha256", &format!("a:{}", "x".repeat(129))]
        {
            assert!(ImageRef::parse(text).is_err(), "{text}");
        }
    }
}
