//! The name of the file that a secret is downloaded into.

/// A file name after a description that every system takes: letters, digits, dots, dashes and underscores.
pub fn file_name(description: &str) -> String {
    const LONGEST: usize = 60;
    let mut name = String::new();
    for letter in description.chars() {
        let letter = if letter.is_alphanumeric() || matches!(letter, '.' | '_') { letter } else { '-' };
        if !(letter == '-' && name.ends_with('-')) {
            name.push(letter);
        }
    }
    let name: String = name.trim_matches(['-', '.']).chars().take(LONGEST).collect();
    let name = name.trim_end_matches(['-', '.']);
    if name.is_empty() { "access-token.txt".into() } else { format!("{name}-token.txt") }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_safe_on_every_system() {
        assert_eq!(file_name("Deploy web"), "Deploy-web-token.txt");
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd-token.txt");
        assert_eq!(file_name("a:b\\c?  *\u{202e}gnp"), "a-b-c-gnp-token.txt");
        assert_eq!(file_name("CON"), "CON-token.txt");
        assert_eq!(file_name("Größe 2"), "Größe-2-token.txt");
        assert_eq!(file_name(" .. "), "access-token.txt");
        assert!(file_name(&"x".repeat(255)).len() < 80);
    }
}
