package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets webhooks refuse requests. */
final class ValidatingWebhooks implements AdmissionPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(ValidatingWebhooks.class);
    private static final GroupVersionResource CONFIGURATIONS =
            new GroupVersionResource("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations");

    private final ObjectReader reader;
    private final WebhookClient client;

    ValidatingWebhooks(AdmissionServices services) {
        this.reader = services.reader();
        this.client = new WebhookClient(services.services());
    }

    @Override
    public String name() {
        return "ValidatingAdmissionWebhook";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Webhook.isExempt(request);
    }

    @Override
    public void validate(AdmissionRequest request) {
        List<Webhook> hooks = Webhook.all(reader, CONFIGURATIONS);
        for (Webhook hook : hooks) {
            if (!hook.matches(request, reader) || !MatchConditions.hold(hook, request, reader)) {
                continue;
            }
            try {
                WebhookReview.ask(client, hook, request);
            } catch (WebhookReview.CallFailed e) {
                WebhookReview.failed(hook, e, LOG);
            }
        }
    }
}
