//! Which requests are logged.

use crate::config::{ConfigError, Variables};

/// Settings of the request log.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// Of so many requests that succeed, one is logged.
    pub sampling: u32,
}

impl LogSettings {
    pub(crate) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        Ok(Self { sampling: variables.at_least_one("LOG_SAMPLING")? })
    }

    /// Whether a request that succeeds is logged. Its id alone decides (FNV-1a), so that whoever
    /// has an id knows whether there is a line.
    pub fn keeps(&self, id: &str) -> bool {
        let hash = id
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        // The low bits of the product depend on those of the bytes alone.
        (hash ^ (hash >> 16)) % self.sampling.max(1) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_one_of_so_many_ids_is_kept_and_always_the_same() {
        let kept = |sampling: u32| {
            let settings = LogSettings { sampling };
            let ids = (0..10_000).map(|n: u32| format!("JKJaXmPL{:x}EPA=", n.wrapping_mul(77_777)));
            ids.filter(|id| settings.keeps(id) && settings.keeps(id)).count()
        };
        assert_eq!(kept(1), 10_000);
        assert!((4_700..5_300).contains(&kept(2)), "{}", kept(2));
        assert!((850..1_150).contains(&kept(10)), "{}", kept(10));
        assert!((60..140).contains(&kept(100)), "{}", kept(100));
    }
}
