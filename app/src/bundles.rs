//! Which bundle of islands a page loads.

/// The first page and everything light: environments, account.
pub const BASE: &str = "keyrack";
/// The token manager.
pub const TOKENS: &str = "keyrack-tokens";
/// Second factors, members, invitations.
pub const PEOPLE: &str = "keyrack-people";

/// The bundle for the page at this path; the build names its files so (`BUNDLES` in xtask).
pub fn bundle(path: &str) -> &'static str {
    match path.trim_end_matches('/') {
        "/settings/tokens" => TOKENS,
        "/settings/security" | "/settings/members" | "/signin/second" | "/invite" => PEOPLE,
        _ => BASE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_load_the_bundle_that_has_their_islands() {
        assert_eq!(bundle("/"), BASE);
        assert_eq!(bundle("/settings/tokens"), TOKENS);
        assert_eq!(bundle("/settings/members/"), PEOPLE);
        assert_eq!(bundle("/nowhere"), BASE);
    }
}
