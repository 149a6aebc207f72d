package io.k8j.kubelet.fleet;

import io.k8j.client.ObjectKey;
import io.k8j.client.WorkQueue;
import io.k8j.kubelet.stage.Stage;
import io.k8j.kubelet.stage.StageChoice;
import io.k8j.kubelet.template.Functions;
import io.k8j.kubelet.template.TemplateException;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.TransportException;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads the objects of one resource from stage to stage. An object is on one worker at a time, and its newest version
 * counts: a stage that waits is dropped when the object changes meanwhile, and chosen anew. Safe for all threads.
 */
final class StagePlayer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StagePlayer.class);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

    /** One version of an object on its way; fields are written by its worker only. */
    private static final class Pending {
        final ApiObject object;
        Stage stage; // null until it is chosen
        int step;
        int failures;
        volatile Wheel.Entry entry;

        Pending(ApiObject object) {
            this.object = object;
        }
    }

    private final GroupVersionResource resource;
    private final StageChoice choice;
    private final StepWriter writer;
    private final Wheel wheel;
    private final Time time;
    private final BiPredicate<ApiObject, Map<String, Object>> wanted;
    private final BiFunction<ApiObject, Map<String, Object>, Functions> functions;
    private final Map<ObjectKey, Pending> pending = new ConcurrentHashMap<>();
    private final WorkQueue<ObjectKey> queue;

    /**
     * @param wanted whether an object is played here
     * @param functions those that depend on the object, for its templates
     */
    StagePlayer(
            GroupVersionResource resource,
            StageChoice choice,
            StepWriter writer,
            Wheel wheel,
            Time time,
            BiPredicate<ApiObject, Map<String, Object>> wanted,
            BiFunction<ApiObject, Map<String, Object>, Functions> functions) {
        this.resource = resource;
        this.choice = choice;
        this.writer = writer;
        this.wheel = wheel;
        this.time = time;
        this.wanted = wanted;
        this.functions = functions;
        this.queue = new WorkQueue<>(time);
    }

    void start(int workers) {
        for (int i = 0; i < workers; i++) {
            Thread.ofVirtual().name("stage-" + resource.resource() + "-" + i).start(this::work);
        }
    }

    /** Takes a new version of an object. */
    void offer(ApiObject object) {
        ObjectKey key = ObjectKey.of(object);
        Pending before = pending.put(key, new Pending(object));
        if (before != null && before.entry != null) wheel.cancel(before.entry);
        queue.add(key);
    }

    /** Forgets an object that is gone. */
    void forget(ObjectKey key) {
        Pending before = pending.remove(key);
        if (before != null && before.entry != null) wheel.cancel(before.entry);
    }

    /** Whether nothing is to be done now; delays may be waited for. */
    boolean isIdle() {
        return queue.isIdle();
    }

    private void work() {
        try {
            for (Optional<ObjectKey> key = queue.take(); key.isPresent(); key = queue.take()) {
                try {
                    Pending current = pending.get(key.get());
                    if (current != null) advance(key.get(), current);
                } finally {
                    queue.done(key.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void advance(ObjectKey key, Pending current) {
        Map<String, Object> tree = current.object.slimTree();
        if (current.stage == null && !choose(key, current, tree)) return;
        try {
            play(key, current, tree);
        } catch (ApiException e) {
            if (e.code() == 429 || e.code() >= 500) {
                retry(key, current, e);
            } else if (!e.isNotFound() && !e.isConflict()) {
                drop(key, current, e);
            } else {
                pending.remove(key, current); // it has changed or gone, which the watch tells
            }
        } catch (TransportException e) {
            retry(key, current, e);
        } catch (RuntimeException e) {
            drop(key, current, e); // a template that does not fit; the next version is tried again
        }
    }

    /** False if there is nothing to do now. */
    private boolean choose(ObjectKey key, Pending current, Map<String, Object> tree) {
        Optional<Stage> stage = wanted.test(current.object, tree) ? choice.next(tree) : Optional.<Stage>empty();
        if (stage.isEmpty()) {
            pending.remove(key, current);
            return false;
        }
        current.stage = stage.get();
        Duration delay = choice.delay(stage.get(), tree, time.instant());
        if (delay.isZero()) return true;
        waitFor(key, current, delay);
        return false;
    }

    private void waitFor(ObjectKey key, Pending current, Duration delay) {
        current.entry = wheel.after(delay, () -> queue.add(key));
        if (pending.get(key) != current) wheel.cancel(current.entry); // replaced meanwhile
    }

    private void play(ObjectKey key, Pending current, Map<String, Object> tree) {
        Functions own = functions.apply(current.object, tree);
        ApiObject last = null;
        while (current.step < current.stage.steps().size()) {
            Stage.Step step = current.stage.steps().get(current.step);
            last = writer.run(step, resource, current.object, tree, own).orElse(last);
            current.step++;
        }
        if (!pending.remove(key, current) || last == null || !current.stage.immediateNext()) return;
        if (pending.putIfAbsent(key, new Pending(last)) == null) queue.add(key);
    }

    private void retry(ObjectKey key, Pending current, RuntimeException cause) {
        Duration pause = Duration.ofSeconds(1L << Math.min(8, current.failures++));
        LOG.atWarn()
                .addKeyValue("object", key)
                .addKeyValue("stage", current.stage.name())
                .addKeyValue("cause", cause.getMessage())
                .log("stage not played, try again");
        waitFor(key, current, pause.compareTo(LONGEST_RETRY) < 0 ? pause : LONGEST_RETRY);
    }

    private void drop(ObjectKey key, Pending current, RuntimeException cause) {
        LOG.atError()
                .addKeyValue("object", key)
                .addKeyValue("stage", current.stage.name())
                .addKeyValue("line", cause instanceof TemplateException template ? template.line() : 0)
                .addKeyValue("cause", cause.getMessage())
                .log("stage not played");
        pending.remove(key, current);
    }

    @Override
    public void close() {
        queue.close();
        pending.clear();
    }
}
