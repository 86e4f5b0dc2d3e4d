//! Lists as clients write them.

/// Splits a list of names in any of the forms that clients send: a JSON array, the same with single quotes, or names
/// separated by commas, semicolons or blanks. Several values of a repeated form field are lists each and are joined.
/// Empty items are dropped; the order is kept.
pub fn parse_list<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    values
        .into_iter()
        .flat_map(|value| value.split(|c: char| matches!(c, ',' | ';' | '[' | ']') || c.is_whitespace()))
        .map(|item| item.trim_matches(|c: char| matches!(c, '"' | '\'' | '\\') || c.is_whitespace()))
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse_list;

    #[test]
    fn all_forms_give_the_same_names() {
        for values in [
            vec![r#"["a.b.C", "d.e.F"]"#],
            vec!["['a.b.C', 'd.e.F']"],
            vec!["a.b.C,d.e.F"],
            vec!["a.b.C; d.e.F;"],
            vec!["a.b.C", "d.e.F"],
            vec![" a.b.C  d.e.F "],
            vec!["[\"a.b.C\"\n,\n\"d.e.F\"]", "", "[]"],
        ] {
            assert_eq!(parse_list(values.iter().copied()), ["a.b.C", "d.e.F"], "{values:?}");
        }
        assert!(parse_list([""]).is_empty());
    }
}
