package io.k8j.apiserver.admission;

import io.k8j.apiserver.admission.AdmissionMetrics.Timer;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.model.time.Time;
import java.util.List;
import java.util.function.BiConsumer;

/** All steps as one, with the time that each and all of them take. */
public final class MeasuredChain implements AdmissionPlugin {
    private static final int OPERATIONS = Operation.values().length;

    private final List<AdmissionPlugin> steps;
    private final AdmissionMetrics metrics;
    private final Time time;
    private final Half admit;
    private final Half validate;

    public MeasuredChain(List<AdmissionPlugin> steps, AdmissionMetrics metrics, Time time) {
        this.steps = List.copyOf(steps);
        this.metrics = metrics;
        this.time = time;
        this.admit = new Half("admit", AdmissionPlugin::mutate);
        this.validate = new Half("validate", AdmissionPlugin::validate);
    }

    @Override
    public String name() {
        return "chain";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return true;
    }

    @Override
    public void mutate(AdmissionRequest request) {
        admit.run(request);
    }

    @Override
    public void validate(AdmissionRequest request) {
        validate.run(request);
    }

    /** What mutates, or what validates. */
    private final class Half {
        private final String type;
        private final BiConsumer<AdmissionPlugin, AdmissionRequest> method;
        // By step, the last one for all of them, and operation; looked up when needed first, the same for all threads.
        private final Timer[] timers;

        Half(String type, BiConsumer<AdmissionPlugin, AdmissionRequest> method) {
            this.type = type;
            this.method = method;
            this.timers = new Timer[(steps.size() + 1) * OPERATIONS];
        }

        void run(AdmissionRequest request) {
            long start = time.nanoTime();
            long begin = start; // of the step; asking the clock takes as long as most steps
            int at = 0;
            boolean rejected = true;
            try {
                for (; at < steps.size(); at++) {
                    AdmissionPlugin step = steps.get(at);
                    if (!step.handles(request)) continue;
                    method.accept(step, request);
                    long end = time.nanoTime();
                    timer(at, request.operation()).observe(end - begin);
                    begin = end;
                }
                rejected = false;
                timer(at, request.operation()).observe(begin - start);
            } finally {
                if (rejected) reject(request.operation(), at, begin, start);
            }
        }

        private void reject(Operation operation, int at, long begin, long start) {
            long end = time.nanoTime();
            metrics.controller(steps.get(at).name(), type, operation, true, end - begin);
            metrics.step(type, operation, true, end - start);
        }

        private Timer timer(int at, Operation operation) {
            int index = at * OPERATIONS + operation.ordinal();
            Timer known = timers[index];
            if (known == null) {
                boolean all = at == steps.size();
                known = all
                        ? metrics.step(type, operation)
                        : metrics.controller(steps.get(at).name(), type, operation);
                timers[index] = known;
            }
            return known;
        }
    }
}
