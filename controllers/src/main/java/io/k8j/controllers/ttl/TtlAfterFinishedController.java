package io.k8j.controllers.ttl;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Deletes Jobs some time after they have finished. */
public final class TtlAfterFinishedController {
    private final ControllerContext context;
    private final Informer<Job> jobs;
    private final ControllerLoop<ObjectKey> loop;

    private TtlAfterFinishedController(ControllerContext context) {
        this.context = context;
        this.jobs = context.informer(Job.class);
        this.loop = new ControllerLoop<>("ttl_jobs_to_delete", context.time(), this::reconcile);
        jobs.onChange(Handlers.of(this::enqueue, (before, now) -> enqueue(now), job -> {}));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new TtlAfterFinishedController(context).loop, 5);
    }

    private void enqueue(Job job) {
        if (expiry(job).isPresent()) {
            loop.queue().add(ObjectKey.of(job));
        }
    }

    static Optional<Instant> expiry(Job job) {
        if (Nulls.isDeleting(job) || job.getSpec().getTtlSecondsAfterFinished() == null || job.getStatus() == null) {
            return Optional.empty();
        }
        return Nulls.list(job.getStatus().getConditions()).stream()
                .filter(c -> ("Complete".equals(c.getType()) || "Failed".equals(c.getType()))
                        && "True".equals(c.getStatus()))
                .findFirst()
                .map(c -> Times.parse(c.getLastTransitionTime())
                        .plusSeconds(job.getSpec().getTtlSecondsAfterFinished()));
    }

    private Outcome reconcile(ObjectKey key) {
        Instant now = context.now();
        Optional<Instant> expiry = jobs.get(key).flatMap(TtlAfterFinishedController::expiry);
        if (expiry.isEmpty()) {
            return Outcome.DONE;
        }
        if (expiry.get().isAfter(now)) {
            return Outcome.again(Duration.between(now, expiry.get()));
        }
        // The time to live may just have been raised: only the server knows.
        Optional<Job> fresh = context.resources(Job.class).find(key);
        Optional<Instant> freshExpiry = fresh.flatMap(TtlAfterFinishedController::expiry);
        if (freshExpiry.isPresent() && !freshExpiry.get().isAfter(now)) {
            context.resources(Job.class)
                    .deleteIfPresent(
                            key, DeleteOptions.ofUid(Nulls.uid(fresh.get())).propagation("Foreground"));
        }
        return Outcome.DONE;
    }
}
