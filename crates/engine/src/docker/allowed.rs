//! The operator's list of images that may be run.

use crate::ImageRef;

/// Patterns of images; none allows all.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Vec<String>);

impl Allowed {
    /// A pattern is a name or a whole reference in which `*` stands for anything: `ghcr.io/team/*`, `nginx:1.*`.
    pub fn new(patterns: Vec<String>) -> Allowed {
        Allowed(patterns.into_iter().map(|pattern| pattern.trim().to_owned()).filter(|one| !one.is_empty()).collect())
    }

    /// Whether this image may be run, by its name as it was written or with its registry.
    pub fn allows(&self, image: &ImageRef) -> bool {
        let full = image.full_name();
        let whole = image.to_string();
        let whole_and_full = format!("{full}{}", &whole[image.name.len()..]);
        self.0.is_empty()
            || self.0.iter().any(|pattern| {
                [&image.name, &full, &whole, &whole_and_full]
                    .iter()
                    .any(|text| matches(pattern.as_bytes(), text.as_bytes()))
            })
    }

    /// As it is shown to whoever asks for another image.
    pub fn listed(&self) -> String {
        self.0.join(", ")
    }
}

/// Whether the text is what the pattern says; `*` is any number of any bytes.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // The place after the last star, and what of the text it has taken so far.
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, seen));
                at += 1;
            }
            Some(byte) if *byte == text[seen] => (at, seen) = (at + 1, seen + 1),
            _ => match star {
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    (at, seen) = (after, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_allow_names_tags_and_registries() {
        let allowed = |patterns: &[&str], image: &str| {
            Allowed::new(patterns.iter().map(|one| (*one).to_owned()).collect())
                .allows(&ImageRef::parse(image).unwrap())
        };
        for (patterns, image, yes) in [
            (&[] as &[_], "anything", true),
            (&["nginx"], "nginx:1.27", true),
            (&["nginx"], "evil/nginx", false),
            (&["nginx:1.*"], "nginx:1.27", true),
            (&["nginx:1.*"], "nginx:2", false),
            (&["docker.io/library/*"], "nginx", true),
            (&["docker.io/library/*"], "team/app", false),
            (&["ghcr.io/team/*", "localhost/*"], "localhost/app:3", true),
            (&["ghcr.io/team/*"], "ghcr.io/teams/app", false),
            (&["*"], "evil.example/x", true),
            (&["a*b*c"], "axxbyyc", true),
            (&["a*b*c"], "axxbyy", false),
        ] {
            assert_eq!(allowed(patterns, image), yes, "{patterns:?} {image}");
        }
    }
}
