package io.k8j.apiserver.verb;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import java.util.List;
import java.util.Map;

/** Runs the admission steps in their order: all that change first, and later all that only check. */
public final class Admission {
    /** Without any step, for what is a consequence of a request that was admitted. */
    public static final Admission NONE = new Admission(List.of());

    private final List<AdmissionPlugin> plugins;

    public Admission(List<AdmissionPlugin> plugins) {
        this.plugins = List.copyOf(plugins);
    }

    /** Runs all that change. */
    public void mutate(AdmissionRequest request) {
        do {
            for (AdmissionPlugin plugin : plugins) if (plugin.handles(request)) plugin.mutate(request);
        } while (request.rounds().begin());
    }

    /** Runs all that only check. */
    public void validate(AdmissionRequest request) {
        for (AdmissionPlugin plugin : plugins) if (plugin.handles(request)) plugin.validate(request);
    }

    /** Runs both halves for an operation on something that is not an object of the request's resource. */
    public void check(AdmissionRequest request) {
        mutate(request);
        validate(request);
    }

    static AdmissionRequest request(
            Call call,
            Operation operation,
            Map<String, Object> object,
            Map<String, Object> old,
            Map<String, Object> options) {
        return new AdmissionRequest(call.context(), operation, call.resource().gvk(), object, old, options);
    }
}
