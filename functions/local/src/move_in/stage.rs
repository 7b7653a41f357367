//! Reading the dumps, and bringing together what belongs to one customer.
//!
//! Nothing is promised about the order of a dump: a device may stand before its user, and a token
//! of the blacklist before the one that it names. An index of all users in memory would grow with
//! them, and looking each row's user up in the table costs a read for each row. So all rows go
//! through an external sort by user, and a customer is written as a whole, from one group of rows.
//! What only one row may have (a phone, a registration id) and the two tables of tokens are brought
//! together the same way first. Memory stays flat; the disk holds the rows that count once more.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{
    dump::{Dump, DumpError},
    person::MOST_ROWS,
    report::Report,
    rows::{Claim, Read, Reader, Refused, Row, Source, TokenRow, What},
    sorter::{Groups, Sorter},
};

/// How many rows of one claim or token are looked at.
const MOST_OF_A_KEY: usize = 1_000;
/// After so many objects the progress is told.
const STEP: u64 = 512;

/// The rows of all dumps.
pub struct Stage {
    users: Sorter<Row>,
    claims: Sorter<Claim>,
    tokens: Sorter<TokenRow>,
    /// How many users there are.
    pub people: u64,
    /// Whether there are devices: then those that are missing are gone.
    pub has_devices: bool,
    /// Whether there are refresh tokens.
    pub has_tokens: bool,
}

/// Why the dumps cannot be read.
#[derive(Debug)]
pub enum StageError {
    Dump(PathBuf, DumpError),
    /// A run of the sort cannot be written or read.
    Scratch(io::Error),
    Report(io::Error),
}

impl Stage {
    /// Writes its runs into `scratch`.
    pub fn new(scratch: &Path) -> Self {
        Self {
            users: Sorter::new(scratch),
            claims: Sorter::new(scratch),
            tokens: Sorter::new(scratch),
            people: 0,
            has_devices: false,
            has_tokens: false,
        }
    }

    /// Reads a file. `progress` is told how many bytes of it are read.
    pub fn read(
        &mut self,
        path: &Path,
        number: u16,
        reader: &Reader<'_>,
        report: &mut Report,
        mut progress: impl FnMut(u64),
    ) -> Result<(), StageError> {
        let failed = |error| StageError::Dump(path.to_owned(), error);
        let mut dump = Dump::open(path, number).map_err(failed)?;
        loop {
            let read = match dump.read().map_err(failed)? {
                None => break,
                Some((place, text)) => reader.read(place, text),
            };
            match read {
                Err(refused) => report.refuse(&refused).map_err(StageError::Report)?,
                Ok(read) => self.push(read).map_err(StageError::Scratch)?,
            }
            report.objects += 1;
            if report.objects.is_multiple_of(STEP) {
                progress(dump.offset());
            }
        }
        progress(dump.offset());
        Ok(())
    }

    fn push(&mut self, read: Read) -> io::Result<()> {
        match read {
            Read::Other => Ok(()),
            Read::Token { pk, row } => {
                self.has_tokens = true;
                self.tokens.push(&pk, &row)
            }
            Read::Row { user, row, claim } => {
                self.people += u64::from(matches!(row.what, What::User(_)));
                self.has_devices |= matches!(row.what, What::Device(_));
                if let Some((key, claim)) = claim {
                    self.claims.push(&key, &claim)?;
                }
                self.users.push(&user, &row)
            }
        }
    }

    /// The rows of each user, and beside them what the joins found.
    pub fn people(
        mut self,
        as_of: Timestamp,
        report: &mut Report,
    ) -> Result<Groups<Row>, StageError> {
        let claims = self.claims.finish().map_err(StageError::Scratch)?;
        for group in claims.groups(MOST_OF_A_KEY) {
            let group = group.map_err(StageError::Scratch)?;
            for (user, row) in losers(group.entries) {
                self.users.push(&user, &row).map_err(StageError::Scratch)?;
            }
        }
        let tokens = self.tokens.finish().map_err(StageError::Scratch)?;
        for group in tokens.groups(MOST_OF_A_KEY) {
            match spent(group.map_err(StageError::Scratch)?.entries, as_of) {
                Ok(None) => {}
                Ok(Some((user, row))) => {
                    self.users.push(&user, &row).map_err(StageError::Scratch)?;
                }
                Err(refused) => report.refuse(&refused).map_err(StageError::Report)?,
            }
        }
        Ok(self.users.finish().map_err(StageError::Scratch)?.groups(MOST_ROWS))
    }
}

/// The rows that do not have what they claim, since another user's row has it.
fn losers(claims: Vec<Claim>) -> Vec<(String, Row)> {
    let best =
        claims.iter().max_by_key(|claim| (claim.rank, std::cmp::Reverse(claim.source.place)));
    let Some(best) = best.cloned() else { return Vec::new() };
    let lost = |claim: Claim| {
        let what = if best.rank.1 > 0 { "registration id" } else { "phone" };
        let Source { model, pk, .. } = &best.source;
        let reason = format!("{what}: {model} {pk} has it, too, and keeps it");
        (claim.user, Row { source: claim.source, what: What::Lost { reason } })
    };
    let others = claims.into_iter().filter(|claim| {
        // The same phone in the user's row and in the profile is no conflict.
        claim.source != best.source && (best.rank.1 > 0 || claim.user != best.user)
    });
    others.map(lost).collect()
}

/// The token that is spent, and whose it is, if it has not expired anyway.
fn spent(rows: Vec<TokenRow>, as_of: Timestamp) -> Result<Option<(String, Row)>, Refused> {
    let mut outstanding = None;
    let mut blacklisted = None;
    for row in rows {
        match row {
            TokenRow::Outstanding { user, jti, expires, .. } => {
                outstanding = Some((user, jti, expires));
            }
            TokenRow::Blacklisted { source } => blacklisted = Some(source),
        }
    }
    let Some(source) = blacklisted else { return Ok(None) };
    let Some((user, jti, expires)) = outstanding else {
        let reason = "token: the dump has no outstanding token with this key".to_owned();
        return Err(Refused { source, reason });
    };
    let user = user.filter(|_| expires > as_of);
    Ok(user.map(|user| (user, Row { source, what: What::Spent { jti, expires } })))
}

impl std::fmt::Display for StageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dump(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Scratch(error) => write!(f, "cannot sort in the scratch folder: {error}"),
            Self::Report(error) => write!(f, "cannot write the report: {error}"),
        }
    }
}
