//! Names of images: `keyrack/web:latest`.

use std::fmt;

/// An image and one of its tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageRef {
    pub name: String,
    /// A tag, or the digest that it is chosen by: `sha256:…`.
    pub tag: String,
}

/// What a digest begins with.
const DIGEST: &str = "sha256:";

impl ImageRef {
    /// Reads `NAME`, `NAME:TAG` or `NAME@DIGEST`; no tag means `latest`. With a tag and a digest the digest counts.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<ImageRef, String> {
        let text = text.trim();
        if let Some((name, digest)) = text.split_once('@') {
            let ImageRef { name, .. } = ImageRef::parse(name)?;
            if !is_digest(digest) {
                return Err(format!("“{digest}” is not a digest: sha256: and 64 hexadecimal digits"));
            }
            return Ok(ImageRef { name, tag: digest.to_owned() });
        }
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

    /// The same image by another tag, or by a digest.
    ///
    /// # Errors
    /// As [`ImageRef::parse`].
    pub fn with_tag(&self, tag: &str) -> Result<ImageRef, String> {
        let tag = tag.trim().trim_start_matches('@');
        let between = if tag.starts_with(DIGEST) { '@' } else { ':' };
        ImageRef::parse(&format!("{}{between}{tag}", self.name))
    }

    /// The digest that it is chosen by, when it is.
    pub fn digest(&self) -> Option<&str> {
        self.tag.starts_with(DIGEST).then_some(&*self.tag)
    }

    /// The name with its registry, which engines fill in differently: `docker.io/library/nginx`.
    pub fn full_name(&self) -> String {
        match self.name.split_once('/') {
            Some((registry, _)) if registry.contains(['.', ':']) || registry == "localhost" => self.name.clone(),
            Some(_) => format!("docker.io/{}", self.name),
            None => format!("docker.io/library/{}", self.name),
        }
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.digest().is_some() { '@' } else { ':' };
        write!(f, "{}{between}{}", self.name, self.tag)
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 255
        && name.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'))
        })
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix(DIGEST)
        .is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)))
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

    #[test]
    fn an_image_can_be_chosen_by_its_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for text in [format!("team/app@{digest}"), format!("team/app:1@{digest}")] {
            let image = ImageRef::parse(&text).unwrap();
            assert_eq!((image.digest(), image.to_string()), (Some(&*digest), format!("team/app@{digest}")));
            assert_eq!(image.with_tag("2").unwrap().to_string(), "team/app:2");
            assert_eq!(image.with_tag("2").unwrap().with_tag(&digest).unwrap(), image);
        }
        for text in ["a@sha256:12", "a@md5:0a", "@sha256:", &format!("a@{}", digest.to_uppercase())] {
            assert!(ImageRef::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_registry_is_filled_in_as_docker_does() {
        for (name, full) in [
            ("nginx", "docker.io/library/nginx"),
            ("team/app", "docker.io/team/app"),
            ("localhost/app", "localhost/app"),
            ("127.0.0.1:5000/app", "127.0.0.1:5000/app"),
            ("ghcr.io/team/app", "ghcr.io/team/app"),
        ] {
            assert_eq!(ImageRef::parse(name).unwrap().full_name(), full);
        }
    }
}
