//! Which function a request goes to, chosen as an HTTP API chooses.
//!
//! Protocol (API Gateway, "Working with routes for HTTP APIs"): a full match of route and method,
//! then the longest greedy match, then `$default`; of two keys with one path the one that names the
//! method wins over `ANY`. A path that matches with another method only does not stop the search.
//! Reports differ on whether the real service takes `/x/` for the route `/x` or for `/x/{proxy+}`
//! with an empty tail; here it is the first, so the template declares both to one function and
//! either answer is the same.

use std::{collections::BTreeMap, fmt};

/// A route key of an HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteKey {
    /// Whatever no other route takes.
    Default,
    /// A path, with a method or all of them.
    Path {
        /// The method in capitals; none: `ANY`.
        method: Option<String>,
        /// The path with its `{variables}`; the last may be greedy, `{name+}`.
        path: String,
    },
}

/// The routes of one API, each with what it leads to.
#[derive(Debug, Clone)]
pub struct RouteTable<T> {
    routes: Vec<(RouteKey, T)>,
}

/// The route that takes a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Chosen<'a, T> {
    /// Its key, as the function is told it.
    pub key: &'a RouteKey,
    /// What it leads to.
    pub target: &'a T,
    /// The values of the variables in its path.
    pub path_parameters: BTreeMap<String, String>,
}

/// How good a match is: full before greedy before default, then segments, literal segments, and a
/// named method.
type Rank = (u8, usize, usize, bool);

impl RouteKey {
    /// The key of `method` (any case, `ANY` for all) at `path`.
    pub fn of(method: &str, path: &str) -> Self {
        let method = method.to_ascii_uppercase();
        let any = method == "ANY" || method == "X-AMAZON-APIGATEWAY-ANY-METHOD";
        Self::Path { method: (!any).then_some(method), path: path.to_owned() }
    }

    fn fit(&self, method: &str, path: &str) -> Option<(Rank, BTreeMap<String, String>)> {
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
            let left = rest?;
            if let Some(name) = variable(segment).and_then(|name| name.strip_suffix('+')) {
                variables.insert(name.to_owned(), left.to_owned());
                return (!left.is_empty())
                    .then_some(((1, segments, literals, named.is_some()), variables));
            }
            let (head, tail) =
                left.split_once('/').map_or((left, None), |(head, tail)| (head, Some(tail)));
            match variable(segment) {
                Some(name) if !head.is_empty() => {
                    drop(variables.insert(name.to_owned(), head.to_owned()))
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
    /// A table of `routes`; a key that stands twice is given back, since the service admits it
    /// once.
    pub fn new(routes: Vec<(RouteKey, T)>) -> Result<Self, RouteKey> {
        for (index, (key, _)) in routes.iter().enumerate() {
            if routes[..index].iter().any(|(earlier, _)| earlier == key) {
                return Err(key.clone());
            }
        }
        Ok(Self { routes })
    }

    /// The routes, in the order they were given.
    pub fn routes(&self) -> &[(RouteKey, T)] {
        &self.routes
    }

    /// The best route for a method and a decoded path.
    pub fn choose(&self, method: &str, path: &str) -> Option<Chosen<'_, T>> {
        let fits = self
            .routes
            .iter()
            .filter_map(|(key, target)| Some((key.fit(method, path)?, key, target)));
        let ((_, path_parameters), key, target) = fits.max_by_key(|((rank, _), _, _)| *rank)?;
        Some(Chosen { key, target, path_parameters })
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

    fn chosen(table: &RouteTable<&'static str>, method: &str, path: &str) -> &'static str {
        table.choose(method, path).map_or("none", |chosen| chosen.target)
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
        assert_eq!(chosen(&table, "GET", "/pets/dog/1"), "GET /pets/dog/1");
        assert_eq!(chosen(&table, "GET", "/pets/dog/2"), "GET /pets/{a}/{id}");
        assert_eq!(chosen(&table, "GET", "/pets/dog/2/3"), "GET /pets/{proxy+}");
        assert_eq!(chosen(&table, "POST", "/pets/dog/1"), "ANY /{proxy+}");
        assert_eq!(chosen(&table, "GET", "/"), "$default");
    }

    #[test]
    fn a_named_method_wins_over_any() {
        let table = table(&["ANY /x", "POST /x"]);
        assert_eq!(chosen(&table, "POST", "/x"), "POST /x");
        assert_eq!(chosen(&table, "GET", "/x"), "ANY /x");
    }

    #[test]
    fn both_slash_forms_are_one_route() {
        let table = table(&["ANY /x", "ANY /x/{proxy+}"]);
        assert_eq!(chosen(&table, "GET", "/x"), "ANY /x");
        assert_eq!(chosen(&table, "GET", "/x/"), "ANY /x");
        let deeper = table.choose("GET", "/x/a b/").unwrap();
        assert_eq!(
            (*deeper.target, deeper.path_parameters["proxy"].as_str()),
            ("ANY /x/{proxy+}", "a b/")
        );
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        let table = table(&["ANY /x", "ANY /x/{proxy+}"]);
        assert_eq!(chosen(&table, "GET", "/xy"), "none");
        assert_eq!(chosen(&table, "GET", "/"), "none");
        assert_eq!(chosen(&table, "GET", "*"), "none");
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let twice = vec![(RouteKey::of("any", "/x"), 1), (RouteKey::of("ANY", "/x"), 2)];
        assert_eq!(RouteTable::new(twice).unwrap_err().to_string(), "ANY /x");
    }
}
