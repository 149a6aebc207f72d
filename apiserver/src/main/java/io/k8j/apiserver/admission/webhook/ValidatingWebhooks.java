package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Versions;
import io.k8j.apiserver.admission.webhook.Hooks.Hook;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.api.ApiException;
import io.k8j.model.resource.GroupVersionKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Lets webhooks refuse requests; all are asked at once. */
public final class ValidatingWebhooks implements AdmissionPlugin {
    private static final String FAILED_OPEN = "failed-open.validating.webhook.admission.k8s.io/round_0_index_";

    private final Hooks hooks;
    private final HookChoice choice;
    private final HookCaller caller;
    private final Versions versions;

    public ValidatingWebhooks(AdmissionServices services) {
        this.hooks = new Hooks(services.reader(), "validatingwebhookconfigurations");
        this.choice = new HookChoice(services, "validating");
        this.caller = new HookCaller(services, "validating");
        this.versions = services.versions();
    }

    @Override
    public String name() {
        return "ValidatingAdmissionWebhook";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Matching.isExempt(request) && !hooks.all().isEmpty();
    }

    /** A webhook that is asked, with the objects as it sees them. */
    private record Call(Hook hook, Matching.As as, Map<String, Object> object, Map<String, Object> old) {}

    @Override
    public void validate(AdmissionRequest request) {
        Map<GroupVersionKind, Map<String, Object>> objects = new HashMap<>();
        Map<GroupVersionKind, Map<String, Object>> olds = new HashMap<>();
        List<Call> calls = new ArrayList<>();
        for (Hook hook : hooks.all()) {
            Matching.As as = choice.choose(hook, request, request.object(), a -> convert(objects, request.object(), a));
            if (as == null) continue;
            calls.add(new Call(hook, as, convert(objects, request.object(), as), convert(olds, request.old(), as)));
        }
        if (calls.size() == 1) {
            ask(calls.getFirst(), request, 0);
        } else if (!calls.isEmpty()) {
            askAll(calls, request);
        }
    }

    private Map<String, Object> convert(
            Map<GroupVersionKind, Map<String, Object>> known, Map<String, Object> object, Matching.As as) {
        return object == null ? null : known.computeIfAbsent(as.kind(), kind -> versions.convert(object, kind));
    }

    private void ask(Call call, AdmissionRequest request, int index) {
        caller.ask(call.hook, call.as, request, call.object, call.old, FAILED_OPEN + index, allowed -> allowed);
    }

    private void askAll(List<Call> calls, AdmissionRequest request) {
        RuntimeException[] refusals = new RuntimeException[calls.size()];
        CountDownLatch answered = new CountDownLatch(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            int index = i;
            Thread.ofVirtual().name("webhook-", index).start(() -> {
                try {
                    ask(calls.get(index), request, index);
                } catch (RuntimeException e) {
                    refusals[index] = e;
                } finally {
                    answered.countDown();
                }
            });
        }
        try {
            answered.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiException.internal("interrupted while webhooks were asked");
        }
        for (RuntimeException refusal : refusals) if (refusal != null) throw refusal;
    }
}
