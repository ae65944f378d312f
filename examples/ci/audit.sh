#!/bin/sh
# Audit a model in any pipeline: ends as the audit does, and leaves the reports where the pipeline keeps them.
#
#   AUDIT    what is audited (default: audit.yaml)
#   REPORT   the folder to make; it must not exist yet (default: audit-report)
#   FORMAT   how the outcome is told: text, or github for annotations (default: text)
#
# Exit code 0: PASS or CONDITIONAL. 1: FAIL or INCONCLUSIVE. 2: what you wrote is wrong. 3: a file cannot be used.
# 4: as 1, but only because a check crashed: worth another try. 70: a bug.
set -eu
AUDIT=${AUDIT:-audit.yaml}
REPORT=${REPORT:-audit-report}
FORMAT=${FORMAT:-text}

code=0
auditor run "$AUDIT" --out "$REPORT" --format "$FORMAT" --quiet || code=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$REPORT/summary.md" ]; then
  cat "$REPORT/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
