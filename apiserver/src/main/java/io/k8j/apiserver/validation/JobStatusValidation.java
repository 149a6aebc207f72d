package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks what a controller says of a Job. What was wrong before may stay so: most rules look only at what changes.
 *
 * @see <a href="https://kep.k8s.io/4368">KEP 4368: the status of Jobs that other controllers manage</a>
 */
public final class JobStatusValidation {
    private final Findings f = new Findings();
    private final Place job;
    private final Place old;
    private final Place status;
    private final Place before;

    private JobStatusValidation(Place job, Place old) {
        this.job = job;
        this.old = old;
        this.status = job.field("status");
        this.before = old.field("status");
    }

    /** Everything wrong with a write of the status. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        JobStatusValidation check = new JobStatusValidation(Place.of(object), Place.of(old));
        check.counters();
        check.ends();
        check.finished();
        check.indexes();
        check.criteria();
        check.transitions();
        return check.f.list();
    }

    private static boolean is(Place job, String condition) {
        return job.at("status", "conditions").items().stream()
                .anyMatch(c ->
                        c.text("type").equals(condition) && c.text("status").equals("True"));
    }

    private boolean is(String condition) {
        return is(job, condition);
    }

    private boolean changed(String... conditions) {
        for (String condition : conditions) {
            if (is(job, condition) != is(old, condition)) {
                return true;
            }
        }
        return false;
    }

    private boolean differs(String... fields) {
        for (String field : fields) {
            if (!Meta.same(status.field(field), before.field(field))) {
                return true;
            }
        }
        return false;
    }

    private static boolean finished(Place job) {
        return is(job, "Complete") || is(job, "Failed");
    }

    private boolean finishedChanged() {
        return finished(job) != finished(old);
    }

    private void conditions(String detail) {
        JobPolicyValidation.withoutValue(f, status.field("conditions"), detail);
    }

    private void counters() {
        for (String field : List.of("active", "succeeded", "failed", "ready", "terminating")) {
            f.notNegative(status.field(field));
        }
        Set<String> seen = new HashSet<>();
        for (String list : List.of("succeeded", "failed")) {
            for (Place uid : status.at("uncountedTerminatedPods", list).items()) {
                if (uid.text().isEmpty()) {
                    f.invalid(uid, "", "must not be empty");
                } else if (!seen.add(uid.text())) {
                    f.duplicate(uid, uid.text());
                }
            }
        }
    }

    private void ends() {
        boolean completed = changed("Complete");
        Place completion = status.field("completionTime");
        if (changed("Complete", "Failed") && is("Complete") && is("Failed")) {
            conditions("cannot set Complete=True and Failed=true conditions");
        }
        if (changed("Complete", "FailureTarget") && is("Complete") && is("FailureTarget")) {
            conditions("cannot set Complete=True and FailureTarget=true conditions");
        }
        if (completed || differs("completionTime")) {
            if (completion.present() && !is("Complete")) {
                f.invalid(completion, "cannot set completionTime when there is no Complete=True condition");
            }
            if (completion.absent() && is("Complete")) {
                f.required(completion, "completionTime is required for Complete jobs");
            }
        }
        if (differs("startTime", "completionTime") && isBefore(completion, status.field("startTime"))) {
            f.invalid(completion, "must be equal to or after `startTime`");
        }
        if (changed("Failed", "FailureTarget") && is("Failed") && !is("FailureTarget")) {
            conditions("cannot set Failed=True condition without the FailureTarget=true condition");
        }
        if (changed("Complete", "SuccessCriteriaMet") && is("Complete") && !is("SuccessCriteriaMet")) {
            conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        }
    }

    private static boolean isBefore(Place one, Place other) {
        try {
            return one.present() && other.present() && Instant.parse(one.text()).isBefore(Instant.parse(other.text()));
        } catch (DateTimeException e) {
            return false; // the decoder lets only times through
        }
    }

    private void finished() {
        if (!finished(job)) {
            return;
        }
        if ((finishedChanged() || differs("active")) && status.number("active") > 0) {
            f.invalid(status.field("active"), "active>0 is invalid for finished job");
        }
        if ((finishedChanged() || differs("startTime"))
                && status.field("startTime").absent()) {
            f.required(status.field("startTime"), "startTime is required for finished job");
        }
        Place uncounted = status.field("uncountedTerminatedPods");
        boolean some = !uncounted.field("succeeded").isEmpty()
                || !uncounted.field("failed").isEmpty();
        if ((finishedChanged() || differs("uncountedTerminatedPods")) && some) {
            f.invalid(uncounted, GoStruct.of(uncounted, "succeeded", "failed"), "must be empty for finished job");
        }
    }

    private void indexes() {
        Place spec = job.field("spec");
        Place completed = status.field("completedIndexes");
        Place failed = status.field("failedIndexes");
        boolean known = spec.field("completions").present();
        long completions = spec.number("completions");
        boolean perIndex = spec.field("backoffLimitPerIndex").present();
        if (differs("completedIndexes") && known) {
            readable(completed, completions);
        }
        if (differs("failedIndexes") && known && perIndex && failed.present()) {
            readable(failed, completions);
        }
        if (differs("completedIndexes") && !completed.isEmpty() && !JobValidation.isIndexed(spec)) {
            f.invalid(completed, "cannot set non-empty completedIndexes when non-indexed completion mode");
        }
        if (differs("failedIndexes") && !perIndex && failed.present()) {
            f.invalid(failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }
        if (differs("failedIndexes", "completedIndexes") && known && failed.present()) {
            long both = JobIndexes.overlap(completed.text(), failed.text(), completions);
            if (both >= 0) {
                f.invalid(failed, "failedIndexes and completedIndexes overlap at index: " + both);
            }
        }
        if ((finishedChanged() || differs("terminating")) && finished(job) && status.number("terminating") > 0) {
            f.invalid(status.field("terminating"), "terminating>0 is invalid for finished job");
        }
        if (differs("ready", "active") && status.number("ready") > status.number("active")) {
            f.invalid(status.field("ready"), "cannot set more ready pods than active");
        }
    }

    private void readable(Place indexes, long completions) {
        String error = JobIndexes.read(indexes.text(), completions).error();
        if (error != null) {
            String field = indexes.path().substring("status.".length());
            f.invalid(indexes, "error parsing " + field + ": " + error);
        }
    }

    private void criteria() {
        boolean met = is("SuccessCriteriaMet");
        if (met && is("Failed")) {
            conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions");
        }
        if (met && is("FailureTarget")) {
            conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        }
        if (job.at("spec", "successPolicy").present() && !met && is("Complete")) {
            conditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
        }
    }

    private void transitions() {
        for (String end : List.of("Failed", "Complete", "FailureTarget")) {
            if (is(old, end) && !is(end)) {
                conditions("cannot disable the terminal " + end + "=True condition");
            }
        }
        decreasing("failed");
        Place spec = job.field("spec");
        boolean elastic =
                JobValidation.isIndexed(spec) && Meta.same(spec.field("completions"), spec.field("parallelism"));
        if (!elastic) {
            decreasing("succeeded");
        }
        Place completion = status.field("completionTime");
        if (completion.present() && before.field("completionTime").present() && differs("completionTime")) {
            f.invalid(completion, Meta.IMMUTABLE);
        }
        if (before.field("startTime").present() && differs("startTime") && !spec.isTrue("suspend")) {
            f.invalid(status.field("startTime"), "field is immutable for unsuspended job once set");
        }
        if (is(old, "SuccessCriteriaMet") && !is("SuccessCriteriaMet")) {
            conditions("cannot disable the SuccessCriteriaMet=True condition");
        }
        if (is(old, "Complete") && !is(old, "SuccessCriteriaMet") && is("SuccessCriteriaMet")) {
            conditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
        }
    }

    private void decreasing(String counter) {
        if (status.number(counter) < before.number(counter)) {
            f.invalid(status.field(counter), status.number(counter), "cannot decrease the " + counter + " counter");
        }
    }
}
