package io.k8j.controllers.cronjob;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.time.CronSchedule;
import java.time.Instant;
import java.util.Optional;

/**
 * When a CronJob is due.
 *
 * @param due the latest scheduled time that has passed and was not served; empty if there is none
 * @param next the next one to come; empty if there is none
 * @param missed how many times have passed
 */
record CronJobPlan(Optional<Instant> due, Optional<Instant> next, int missed) {
    private static final int MOST = 10_000;
    private static final long DAY = 24 * 3600L;

    static CronJobPlan of(CronJob job, CronSchedule schedule, Instant now) {
        Instant earliest = Times.created(job);
        if (job.getStatus() != null && !Nulls.isEmpty(job.getStatus().getLastScheduleTime())) {
            earliest = Times.parse(job.getStatus().getLastScheduleTime());
        }
        if (job.getSpec().getStartingDeadlineSeconds() != null) {
            Instant bound = now.minusSeconds(job.getSpec().getStartingDeadlineSeconds());
            earliest = bound.isAfter(earliest) ? bound : earliest;
        }
        Optional<Instant> due = Optional.empty();
        int missed = 0;
        Optional<Instant> time = schedule.next(earliest);
        while (time.isPresent() && !time.get().isAfter(now)) {
            due = time;
            missed++;
            // A clock that was far off: to count each minute since then helps nobody.
            Instant from = missed == MOST ? now.minusSeconds(DAY) : time.get();
            time = schedule.next(from.isAfter(time.get()) ? from : time.get());
        }
        return new CronJobPlan(due, schedule.next(now), missed);
    }

    static boolean isTooLate(CronJob job, Instant due, Instant now) {
        Long deadline = job.getSpec().getStartingDeadlineSeconds();
        return deadline != null && due.plusSeconds(deadline).isBefore(now);
    }
}
