//! Finds the function for a request as an HTTP API does.
//!
//! Protocol (API Gateway, "Working with routes for HTTP APIs"): a full match of path and method
//! wins, then the longest greedy match, then `$default`. For one path, a named method wins over
//! `ANY`. A path that matches only with another method does not end the search. Reports differ on
//! whether the real service matches `/x/` with `/x` or with `/x/{proxy+}` and an empty tail. Here
//! it is `/x`; the template declares both for one function, so that the difference does not matter.

use std::{collections::BTreeMap, fmt};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteKey {
    /// Matches what no other route matches.
    Default,
    Path {
        /// In upper case; `None` is `ANY`.
        method: Option<String>,
        /// With its `{variables}`, of which the last may be greedy: `{name+}`.
        path: String,
    },
}

/// The routes of one API, each with its target.
#[derive(Debug, Clone)]
pub struct RouteTable<T> {
    routes: Vec<(RouteKey, T)>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Match<'a, T> {
    pub key: &'a RouteKey,
    pub target: &'a T,
    /// The values of the variables in the path.
    pub path_parameters: BTreeMap<String, String>,
}

/// Orders matches: full over greedy over default, then the number of segments, the number of
/// literal segments, and a named method.
type Rank = (u8, usize, usize, bool);

impl RouteKey {
    /// `method` is in any case; `ANY` matches all methods.
    pub fn of(method: &str, path: &str) -> Self {
        let method = method.to_ascii_uppercase();
        let any = method == "ANY" || method == "X-AMAZON-APIGATEWAY-ANY-METHOD";
        Self::Path { method: (!any).then_some(method), path: path.to_owned() }
    }

    fn rank(&self, method: &str, path: &str) -> Option<(Rank, BTreeMap<String, String>)> {
        let Self::Path { method: named, path: pattern } = self else {
            return Some(((0, 0, 0, false), BTreeMap::new()));
        };
        if named.as_ref().is_some_and(|named| named != method) {
            return None;
        }
        let mut variables = BTreeMap::new();
        let (mut segments, mut literals) = (0, 0);
        let mut rest = Some(path.strip_prefix('/')?);
        for segment in pattern.trim_start_matches('/').split('/') {
            let remaining = rest?;
            if let Some(name) = variable(segment).and_then(|name| name.strip_suffix('+')) {
                variables.insert(name.to_owned(), remaining.to_owned());
                return (!remaining.is_empty())
                    .then_some(((1, segments, literals, named.is_some()), variables));
            }
            let (head, tail) = remaining
                .split_once('/')
                .map_or((remaining, None), |(head, tail)| (head, Some(tail)));
            match variable(segment) {
                Some(name) if !head.is_empty() => {
                    variables.insert(name.to_owned(), head.to_owned());
                }
                None if segment == head => literals += 1,
                _ => return None,
            }
            segments += 1;
            rest = tail;
        }
        let at_end = rest.is_none_or(str::is_empty);
        at_end.then_some(((2, segments, literals, named.is_some()), variables))
    }
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Path { method, path } => {
                write!(f, "{} {path}", method.as_deref().unwrap_or("ANY"))
            }
        }
    }
}

impl<T> RouteTable<T> {
    /// Fails with the first duplicate key, since API Gateway rejects duplicates.
    pub fn new(routes: Vec<(RouteKey, T)>) -> Result<Self, RouteKey> {
        for (index, (key, _)) in routes.iter().enumerate() {
            if routes[..index].iter().any(|(earlier, _)| earlier == key) {
                return Err(key.clone());
            }
        }
        Ok(Self { routes })
    }

    /// In the order they were given.
    pub fn routes(&self) -> &[(RouteKey, T)] {
        &self.routes
    }

    /// The best match for a method and a decoded path.
    pub fn find(&self, method: &str, path: &str) -> Option<Match<'_, T>> {
        let matches = self
            .routes
            .iter()
            .filter_map(|(key, target)| Some((key.rank(method, path)?, key, target)));
        let ((_, path_parameters), key, target) = matches.max_by_key(|((rank, _), _, _)| *rank)?;
        Some(Match { key, target, path_parameters })
    }
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[&'static str]) -> RouteTable<&'static str> {
        let route = |key: &&'static str| match key.split_once(' ') {
            Some((method, path)) => (RouteKey::of(method, path), *key),
            None => (RouteKey::Default, *key),
        };
        RouteTable::new(keys.iter().map(route).collect()).unwrap()
    }

    fn found(table: &RouteTable<&'static str>, method: &str, path: &str) -> &'static str {
        table.find(method, path).map_or("none", |found| found.target)
    }

    #[test]
    fn the_most_specific_route_wins() {
        let table = table(&[
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/{a}/{id}",
            "GET /pets/dog/1",
        ]);
        assert_eq!(found(&table, "GET", "/pets/dog/1"), "GET /pets/dog/1");
        assert_eq!(found(&table, "GET", "/pets/dog/2"), "GET /pets/{a}/{id}");
        assert_eq!(found(&table, "GET", "/pets/dog/2/3"), "GET /pets/{proxy+}");
        assert_eq!(found(&table, "POST", "/pets/dog/1"), "ANY /{proxy+}");
        assert_eq!(found(&table, "GET", "/"), "$default");
    }

    #[test]
    fn a_named_method_wins_over_any() {
        let table = table(&["ANY /x", "POST /x"]);
        assert_eq!(found(&table, "POST", "/x"), "POST /x");
        assert_eq!(found(&table, "GET", "/x"), "ANY /x");
    }

    #[test]
    fn a_path_with_and_without_a_final_slash_is_one_route() {
        let table = table(&["ANY /x", "ANY /x/{proxy+}"]);
        assert_eq!(found(&table, "GET", "/x"), "ANY /x");
        assert_eq!(found(&table, "GET", "/x/"), "ANY /x");
        let deeper = table.find("GET", "/x/a b/").unwrap();
        assert_eq!(
            (*deeper.target, deeper.path_parameters["proxy"].as_str()),
            ("ANY /x/{proxy+}", "a b/")
        );
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        let table = table(&["ANY /x", "ANY /x/{proxy+}"]);
        assert_eq!(found(&table, "GET", "/xy"), "none");
        assert_eq!(found(&table, "GET", "/"), "none");
        assert_eq!(found(&table, "GET", "*"), "none");
    }

    #[test]
    fn a_duplicate_key_is_rejected() {
        let twice = vec![(RouteKey::of("any", "/x"), 1), (RouteKey::of("ANY", "/x"), 2)];
        assert_eq!(RouteTable::new(twice).unwrap_err().to_string(), "ANY /x");
    }
}
