//! `doctor`: prints what was found at a deployed table.

use clap::Args;

use super::{Failure, StackArgs, http_url, say};
use crate::{
    doctor::{Verdict, examine, operator_client},
    template::{Overrides, StandIns},
};

/// Options of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// The table's name, as the stack's output `TableName` gives it
    #[arg(long, value_name = "NAME")]
    table: String,
    /// The table's region, where your AWS profile names none or another
    #[arg(long)]
    region: Option<String>,
    /// A DynamoDB API outside AWS
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb_endpoint: Option<String>,
}

/// Fails where the table is not as the template has it.
pub(super) async fn run(args: DoctorArgs) -> Result<(), Failure> {
    let (template, _) = StackArgs::template()?;
    let secrets = template.secrets().into_iter().map(|id| (id, String::new())).collect();
    let stand_ins = StandIns { table_name: Some(args.table), secrets };
    let deployment = template.resolve(&Overrides::new(), &stand_ins).map_err(Failure::usage)?;
    let client = operator_client(args.region, args.dynamodb_endpoint).await;
    let findings = examine(&client, &deployment.table).await.map_err(Failure::outcome)?;
    for finding in &findings {
        let verdict = match &finding.verdict {
            Verdict::Right => "ok".to_owned(),
            Verdict::Wrong(found) => format!("WRONG: {found}"),
            Verdict::NotOffered => "not offered by this API".to_owned(),
        };
        say(format_args!("{}: {verdict}", finding.subject));
    }
    let wrong =
        findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Wrong(_))).count();
    match wrong {
        0 => Ok(()),
        _ => Err(Failure::outcome("the table is not as template.yaml declares it")),
    }
}
