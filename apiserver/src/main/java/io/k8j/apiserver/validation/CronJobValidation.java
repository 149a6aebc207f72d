package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.time.CronSchedule;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks CronJobs. */
public final class CronJobValidation {
    private static final int NAME_LIMIT = 52;
    private static final Pattern ZONE_PART = Pattern.compile("[A-Za-z.\\-_0-9+]{1,14}");

    private CronJobValidation() {}

    /** Everything wrong with a new CronJob. */
    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        check(f, Place.of(object).field("spec"), Place.of(null));
        Place name = Place.of(object).at("metadata", "name");
        if (name.text().length() > NAME_LIMIT) {
            f.invalid(name, name.text(), "must be no more than " + NAME_LIMIT + " characters");
        }
        return f.list();
    }

    /** Everything wrong with a new version; its name and an unchanged time zone may be as they were. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        check(f, Place.of(object).field("spec"), Place.of(old).field("spec"));
        return f.list();
    }

    private static void check(Findings f, Place spec, Place old) {
        schedule(f, spec, old.text("schedule").contains("TZ"));
        f.notNegative(spec.field("startingDeadlineSeconds"));
        Place zone = spec.field("timeZone");
        if (zone.present() && (old.absent() || !Meta.same(zone, old.field("timeZone")))) {
            zone(f, zone);
        }
        Meta.requiredOneOf(f, spec.field("concurrencyPolicy"), List.of("Allow", "Forbid", "Replace"));
        Place job = spec.at("jobTemplate", "spec");
        JobValidation.check(f, job);
        Place selector = job.field("selector");
        if (selector.present()) {
            f.invalid(selector, LabelSelectorValidation.shown(selector), "`selector` will be auto-generated");
        }
        if (job.isTrue("manualSelector")) {
            f.notSupported(job.field("manualSelector"), true, List.of("nil", "false"));
        }
        f.notNegative(spec.field("successfulJobsHistoryLimit"));
        f.notNegative(spec.field("failedJobsHistoryLimit"));
    }

    /** @param zoneAllowed whether the stored schedule names a time zone, which newer ones may not */
    private static void schedule(Findings f, Place spec, boolean zoneAllowed) {
        Place schedule = spec.field("schedule");
        String text = schedule.text();
        if (text.isEmpty()) {
            f.required(schedule);
            return;
        }
        try {
            CronSchedule.parse(text, ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            f.invalid(schedule, e.getMessage());
        }
        if (!text.contains("TZ")) {
            return;
        }
        if (!zoneAllowed) {
            f.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        } else if (spec.field("timeZone").present()) {
            f.invalid(schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
        }
    }

    private static void zone(Findings f, Place zone) {
        if (zone.text().isEmpty()) {
            f.invalid(zone, "timeZone must be nil or non-empty string");
            return;
        }
        for (String part : zone.text().split("/", -1)) {
            boolean dots = part.equals(".") || part.equals("..");
            if (dots || part.startsWith("-") || !ZONE_PART.matcher(part).matches()) {
                f.invalid(zone, "unknown time zone " + zone.text());
                return;
            }
        }
        if (zone.text().equalsIgnoreCase("Local")) {
            f.invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        }
        if (!zone.text().equals("Local") && CronSchedule.zone(zone.text()).isEmpty()) {
            f.invalid(zone, "unknown time zone " + zone.text());
        }
    }
}
