//! `doctor`: compares a deployed table with template.yaml.

use clap::Args;

use super::{
    failure::Failure,
    output::print_line,
    stack_args::{http_url, template},
};
use crate::{
    doctor::{Finding, Verdict, examine},
    operator_aws,
    template::{Overrides, StandIns},
};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Name of the deployed table (the stack's output `TableName`)
    #[arg(long, value_name = "NAME")]
    table: String,
    /// Region of the table [default: the region of your AWS profile]
    #[arg(long)]
    region: Option<String>,
    /// Use this DynamoDB API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb_endpoint: Option<String>,
}

/// Fails if the table differs from template.yaml.
pub(super) async fn run(args: DoctorArgs) -> Result<(), Failure> {
    let (template, _) = template()?;
    let secrets = template.secrets().into_iter().map(|id| (id, String::new())).collect();
    let stand_ins = StandIns { table_name: Some(args.table), secrets };
    let deployment = template.resolve(&Overrides::new(), &stand_ins).map_err(Failure::usage)?;
    let client = operator_aws::dynamodb(args.region, args.dynamodb_endpoint).await;
    let findings = examine(&client, &deployment.table).await.map_err(Failure::outcome)?;
    findings.iter().map(describe).for_each(print_line);
    if findings.iter().any(|finding| matches!(finding.verdict, Verdict::Mismatch(_))) {
        return Err(Failure::outcome("the table differs from template.yaml"));
    }
    Ok(())
}

fn describe(finding: &Finding) -> String {
    let verdict = match &finding.verdict {
        Verdict::Match => "ok".to_owned(),
        Verdict::Mismatch(found) => format!("MISMATCH: {found}"),
        Verdict::Unsupported => "not supported by this API".to_owned(),
    };
    format!("{}: {verdict}", finding.subject)
}
