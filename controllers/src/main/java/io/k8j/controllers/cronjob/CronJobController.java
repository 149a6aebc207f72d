package io.k8j.controllers.cronjob;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.time.CronSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Starts Jobs by schedule and clears away old ones. */
public final class CronJobController {
    private static final Duration LITTLE_LATER = Duration.ofMillis(100);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ISO_OFFSET_DATE_TIME;
    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT);
    private static final String NEVER = "time difference between two schedules is less than 1 second";
    private static final String ZONE_IN_SCHEDULE =
            "CRON_TZ or TZ used in schedule \"%s\" is not officially supported, see "
                    + "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
    private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    private final ControllerContext context;
    private final Resources<CronJob> cronJobs;
    private final Resources<Job> jobs;
    private final Informer<CronJob> informer;
    private final Informer.Index<Job> jobsByOwner;
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private CronJobController(ControllerContext context) {
        this.context = context;
        this.cronJobs = context.resources(CronJob.class);
        this.jobs = context.resources(Job.class);
        this.informer = context.informer(CronJob.class);
        Informer<Job> jobInformer = context.informer(Job.class);
        this.jobsByOwner = jobInformer.index(job -> {
            String owner = Owners.controllerUid(job);
            return owner.isEmpty() ? List.of() : List.of(owner);
        });
        this.events = context.recorder("cronjob-controller");
        this.loop = new ControllerLoop<>("cronjob", context.time(), this::reconcile);
        informer.onChange(Handlers.any(job -> loop.queue().add(ObjectKey.of(job))));
        jobInformer.onChange(Handlers.any(job -> Owners.controllerOf(job)
                .filter(owner -> "CronJob".equals(owner.getKind()))
                .ifPresent(owner -> loop.queue().add(new ObjectKey(Nulls.namespace(job), owner.getName())))));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new CronJobController(context).loop, 5);
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<CronJob> found = informer.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        CronJob cronJob = found.get();
        List<Job> owned = jobsByOwner.get(Nulls.uid(cronJob));
        CronJobStatus before = cronJob.getStatus() == null ? new CronJobStatus() : cronJob.getStatus();
        CronJobStatus status = settle(cronJob, before, owned);
        Run run = run(cronJob, status);
        clearHistory(cronJob, owned);
        if (!run.status.equals(before)) {
            cronJobs.updateStatus(cronJob.toBuilder().withStatus(run.status).build());
        }
        return run.outcome;
    }

    private record Run(CronJobStatus status, Outcome outcome) {}

    static Optional<JobCondition> end(Job job) {
        return job.getStatus() == null
                ? Optional.empty()
                : Nulls.list(job.getStatus().getConditions()).stream()
                        .filter(c -> ("Complete".equals(c.getType()) || "Failed".equals(c.getType()))
                                && "True".equals(c.getStatus()))
                        .findFirst();
    }

    /** Takes ended and vanished Jobs off the list of active ones. */
    private CronJobStatus settle(CronJob cronJob, CronJobStatus before, List<Job> owned) {
        List<ObjectReference> active = new ArrayList<>();
        String lastSuccess = before.getLastSuccessfulTime();
        for (ObjectReference reference : Nulls.list(before.getActive())) {
            Optional<Job> job = owned.stream()
                    .filter(j -> Nulls.uid(j).equals(reference.getUid()))
                    .findFirst()
                    .or(() -> jobs.find(new ObjectKey(reference.getNamespace(), reference.getName()))
                            .filter(j -> Nulls.uid(j).equals(reference.getUid())));
            if (job.isEmpty()) {
                events.normal(cronJob, "MissingJob", "Active job went missing: " + reference.getName());
                continue;
            }
            Optional<JobCondition> end = end(job.get());
            if (end.isEmpty()) {
                active.add(reference);
                continue;
            }
            events.normal(
                    cronJob,
                    "SawCompletedJob",
                    "Saw completed job: %s, condition: %s"
                            .formatted(reference.getName(), end.get().getType()));
        }
        for (Job job : owned) {
            if (end(job).isEmpty() && !isListed(active, job)) {
                tellUnexpected(cronJob, job);
            }
            String completed = job.getStatus() == null ? null : job.getStatus().getCompletionTime();
            if (!Nulls.isEmpty(completed)
                    && end(job).filter(c -> "Complete".equals(c.getType())).isPresent()
                    && Times.parse(completed).isAfter(Times.parse(lastSuccess))) {
                lastSuccess = completed;
            }
        }
        return before.toBuilder()
                .withActive(active)
                .withLastSuccessfulTime(lastSuccess)
                .build();
    }

    private static boolean isListed(List<ObjectReference> active, Job job) {
        return active.stream().anyMatch(reference -> Nulls.uid(job).equals(reference.getUid()));
    }

    /** It may also be that only this copy of the CronJob is too old to list it. */
    private void tellUnexpected(CronJob cronJob, Job job) {
        boolean listed = cronJobs.find(ObjectKey.of(cronJob))
                .map(CronJob::getStatus)
                .filter(now -> isListed(Nulls.list(now.getActive()), job))
                .isPresent();
        if (!listed) {
            events.warning(
                    cronJob,
                    "UnexpectedJob",
                    "Saw a job that the controller did not create or forgot: " + Nulls.name(job));
        }
    }

    private Run run(CronJob cronJob, CronJobStatus status) {
        CronJobSpec spec = cronJob.getSpec();
        if (Nulls.isDeleting(cronJob) || Nulls.isTrue(spec.getSuspend())) {
            return new Run(status, Outcome.DONE);
        }
        Optional<ZoneId> zone = zone(cronJob);
        if (zone.isEmpty()) {
            return new Run(status, Outcome.DONE);
        }
        CronSchedule schedule;
        try {
            schedule = CronSchedule.parse(spec.getSchedule(), zone.get());
        } catch (IllegalArgumentException e) {
            events.warning(
                    cronJob,
                    "UnparseableSchedule",
                    "unparseable schedule: %s : %s".formatted(GoQuote.quote(spec.getSchedule()), e.getMessage()));
            return new Run(status, Outcome.DONE);
        }
        if (spec.getSchedule().contains("TZ") && Nulls.isEmpty(spec.getTimeZone())) {
            events.warning(cronJob, "UnsupportedSchedule", ZONE_IN_SCHEDULE.formatted(spec.getSchedule()));
        }
        Instant now = context.now();
        if (schedule.next(now).isEmpty()) {
            events.warning(
                    cronJob, "InvalidSchedule", "invalid schedule: %s : %s".formatted(spec.getSchedule(), NEVER));
            return new Run(status, Outcome.DONE);
        }
        CronJobPlan plan = CronJobPlan.of(cronJob, schedule, now);
        Outcome later = plan.next()
                .map(next -> Outcome.again(Duration.between(now, next).plus(LITTLE_LATER)))
                .orElse(Outcome.DONE);
        if (plan.missed() > 100) {
            events.warning(
                    cronJob,
                    "TooManyMissedTimes",
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        }
        if (plan.due().isEmpty()) {
            return new Run(status, later);
        }
        Instant due = plan.due().get();
        if (CronJobPlan.isTooLate(cronJob, due, now)) {
            events.warning(
                    cronJob,
                    "MissSchedule",
                    "Missed scheduled time to start a job: " + SHOWN.format(due.atZone(ZoneOffset.UTC)));
            return new Run(status, later);
        }
        return start(cronJob, status, due.atZone(zone.get()), later);
    }

    /** Empty, which is told, if there is no such place. */
    private Optional<ZoneId> zone(CronJob cronJob) {
        String name = Nulls.or(cronJob.getSpec().getTimeZone(), "");
        Optional<ZoneId> zone = CronSchedule.zone(name);
        if (zone.isEmpty()) {
            events.warning(
                    cronJob,
                    "UnknownTimeZone",
                    "invalid timeZone: %s: unknown time zone %s".formatted(GoQuote.quote(name), name));
        }
        return zone;
    }

    private Run start(CronJob cronJob, CronJobStatus status, ZonedDateTime due, Outcome later) {
        String policy = Nulls.or(cronJob.getSpec().getConcurrencyPolicy(), "Allow");
        List<ObjectReference> active = new ArrayList<>(Nulls.list(status.getActive()));
        if (policy.equals("Forbid") && !active.isEmpty()) {
            events.normal(
                    cronJob,
                    "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is Forbid");
            return new Run(status, later);
        }
        if (policy.equals("Replace")) {
            for (ObjectReference reference : active) {
                delete(cronJob, new ObjectKey(reference.getNamespace(), reference.getName()), reference.getUid());
            }
            active.clear();
        }
        Job job = make(cronJob, due);
        Job created;
        try {
            created = jobs.create(job);
            context.metrics().cronJobStarted(Duration.between(due.toInstant(), context.now()));
            events.normal(cronJob, "SuccessfulCreate", "Created job " + Nulls.name(created));
        } catch (ApiException e) {
            if (PodControl.isNamespaceTerminating(e)) {
                return new Run(status, Outcome.DONE);
            }
            if (!e.isAlreadyExists()) {
                events.warning(cronJob, "FailedCreate", "Error creating job: " + e.getMessage());
                return new Run(status, new Outcome.Retry(e));
            }
            created = jobs.get(ObjectKey.of(job)); // made before, but the status was not written
            if (!Owners.isControlledBy(created, cronJob)) {
                return new Run(status, later);
            }
        }
        if (end(created).isEmpty() && !isListed(active, created)) {
            active.add(new ObjectReferenceBuilder()
                    .withKind("Job")
                    .withApiVersion("batch/v1")
                    .withNamespace(Nulls.namespace(created))
                    .withName(Nulls.name(created))
                    .withUid(Nulls.uid(created))
                    .withResourceVersion(created.getMetadata().getResourceVersion())
                    .build());
        }
        CronJobStatus started = status.toBuilder()
                .withActive(active)
                .withLastScheduleTime(Times.text(due.toInstant()))
                .build();
        return new Run(started, later);
    }

    private static Job make(CronJob cronJob, ZonedDateTime due) {
        JobBuilder job = new JobBuilder()
                .withNewMetadata()
                .withName(Nulls.name(cronJob) + "-" + due.toEpochSecond() / 60)
                .withNamespace(Nulls.namespace(cronJob))
                .withOwnerReferences(Owners.referenceTo(cronJob))
                .addToAnnotations(SCHEDULED, STAMP.format(due))
                .endMetadata()
                .withSpec(cronJob.getSpec().getJobTemplate().getSpec());
        if (cronJob.getSpec().getJobTemplate().getMetadata() != null) {
            job.editMetadata()
                    .addToLabels(Nulls.map(
                            cronJob.getSpec().getJobTemplate().getMetadata().getLabels()))
                    .addToAnnotations(Nulls.map(
                            cronJob.getSpec().getJobTemplate().getMetadata().getAnnotations()))
                    .endMetadata();
        }
        return job.build();
    }

    private void delete(CronJob cronJob, ObjectKey key, String uid) {
        jobs.deleteIfPresent(key, DeleteOptions.ofUid(uid).propagation("Background"));
        events.normal(cronJob, "SuccessfulDelete", "Deleted job " + key.name());
    }

    private void clearHistory(CronJob cronJob, List<Job> owned) {
        clear(cronJob, owned, "Complete", cronJob.getSpec().getSuccessfulJobsHistoryLimit());
        clear(cronJob, owned, "Failed", cronJob.getSpec().getFailedJobsHistoryLimit());
    }

    private void clear(CronJob cronJob, List<Job> owned, String type, Integer limit) {
        if (limit == null) {
            return;
        }
        List<Job> ended = owned.stream()
                .filter(job -> !Nulls.isDeleting(job)
                        && end(job).filter(c -> type.equals(c.getType())).isPresent())
                .sorted(Comparator.comparing(
                                (Job job) -> Times.parse(job.getStatus().getStartTime()))
                        .thenComparing(job -> Nulls.name(job)))
                .toList();
        for (Job job : ended.subList(0, Math.max(0, ended.size() - limit))) {
            delete(cronJob, ObjectKey.of(job), Nulls.uid(job));
        }
    }
}
