package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.time.Time;
import java.util.List;
import java.util.function.BiConsumer;

/** All steps as one, with the time that each and all of them take. */
public record MeasuredChain(List<AdmissionPlugin> steps, AdmissionMetrics metrics, Time time)
        implements AdmissionPlugin {
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
        run(request, "admit", AdmissionPlugin::mutate);
    }

    @Override
    public void validate(AdmissionRequest request) {
        run(request, "validate", AdmissionPlugin::validate);
    }

    private void run(AdmissionRequest request, String type, BiConsumer<AdmissionPlugin, AdmissionRequest> half) {
        long start = time.nanoTime();
        boolean rejected = true;
        try {
            for (AdmissionPlugin step : steps) if (step.handles(request)) run(request, type, step, half);
            rejected = false;
        } finally {
            metrics.step(type, request.operation(), rejected, time.nanoTime() - start);
        }
    }

    private void run(
            AdmissionRequest request,
            String type,
            AdmissionPlugin step,
            BiConsumer<AdmissionPlugin, AdmissionRequest> half) {
        long start = time.nanoTime();
        boolean rejected = true;
        try {
            half.accept(step, request);
            rejected = false;
        } finally {
            metrics.controller(step.name(), type, request.operation(), rejected, time.nanoTime() - start);
        }
    }
}
