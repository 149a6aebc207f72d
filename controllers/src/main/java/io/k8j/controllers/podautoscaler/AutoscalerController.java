package io.k8j.controllers.podautoscaler;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at each autoscaler once in a period, a period after it came or changed at the earliest. */
public final class AutoscalerController {
    private static final Logger LOG = LoggerFactory.getLogger(AutoscalerController.class);

    private final Informer<HorizontalPodAutoscaler> autoscalers;
    private final Duration period;
    private final Selectors selectors = new Selectors();
    private final Map<ObjectKey, ScaleHistory> histories = new ConcurrentHashMap<>();
    private final AutoscalerSync sync;
    private final ControllerLoop<ObjectKey> loop;

    private AutoscalerController(ControllerContext context) {
        this.autoscalers = context.informer(HorizontalPodAutoscaler.class);
        this.period = context.config().autoscaler().syncPeriod();
        EventRecorder events = context.recorder("horizontal-pod-autoscaler");
        this.sync = new AutoscalerSync(context, events, selectors);
        this.loop = new ControllerLoop<>("horizontalpodautoscaler", context.time(), this::reconcile);
        autoscalers.onChange(Handlers.of(this::enqueue, (before, now) -> enqueue(now), this::forget));
    }

    public static Controller create(ControllerContext context) {
        AutoscalerController controller = new AutoscalerController(context);
        return Controller.of(controller.loop, context.config().autoscaler().concurrentSyncs());
    }

    private void enqueue(HorizontalPodAutoscaler autoscaler) {
        ObjectKey key = ObjectKey.of(autoscaler);
        selectors.add(key);
        loop.queue().addAfter(key, period);
    }

    private void forget(HorizontalPodAutoscaler autoscaler) {
        ObjectKey key = ObjectKey.of(autoscaler);
        selectors.remove(key);
        loop.queue().add(key);
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<HorizontalPodAutoscaler> autoscaler = autoscalers.get(key);
        if (autoscaler.isEmpty()) {
            histories.remove(key);
            return Outcome.DONE;
        }
        try {
            sync.run(key, autoscaler.get(), histories.computeIfAbsent(key, k -> new ScaleHistory()));
        } catch (RuntimeException e) {
            // Told by Events and conditions as far as it is the user's affair; the next look comes in any case.
            LOG.atDebug()
                    .addKeyValue("autoscaler", key)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("autoscaler not looked at to the end");
        }
        return Outcome.again(period);
    }
}
