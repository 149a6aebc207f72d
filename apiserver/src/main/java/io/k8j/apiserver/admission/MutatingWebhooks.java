package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.JsonPatch;
import io.k8j.model.patch.PatchException;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Defaulter;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.k8j.model.schema.StrictDecoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets webhooks change new objects, one after the other; those that want it are asked again if a later one did. */
final class MutatingWebhooks implements AdmissionPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(MutatingWebhooks.class);
    private static final GroupVersionResource CONFIGURATIONS =
            new GroupVersionResource("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations");

    private final ObjectReader reader;
    private final WebhookClient client;

    MutatingWebhooks(AdmissionServices services) {
        this.reader = services.reader();
        this.client = new WebhookClient(services.services());
    }

    @Override
    public String name() {
        return "MutatingAdmissionWebhook";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Webhook.isExempt(request);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        List<Webhook> hooks = Webhook.all(reader, CONFIGURATIONS);
        List<Webhook> again = new ArrayList<>();
        List<Webhook> asked = new ArrayList<>();
        for (Webhook hook : hooks) {
            if (!hook.matches(request, reader) || !MatchConditions.hold(hook, request, reader)) {
                continue;
            }
            if (call(hook, request)) {
                asked.stream()
                        .filter(h -> h.hook().text("reinvocationPolicy").equals("IfNeeded"))
                        .filter(h -> !again.contains(h))
                        .forEach(again::add);
            }
            asked.add(hook);
        }
        for (Webhook hook : again) {
            if (hook.matches(request, reader) && MatchConditions.hold(hook, request, reader)) {
                call(hook, request);
            }
        }
    }

    /** Whether the webhook changed the object. */
    private boolean call(Webhook hook, AdmissionRequest request) {
        try {
            Place response = WebhookReview.ask(client, hook, request);
            return !response.text("patch").isEmpty() && patch(hook, request, response);
        } catch (WebhookReview.CallFailed e) {
            WebhookReview.failed(hook, e, LOG);
            return false;
        }
    }

    private static boolean patch(Webhook hook, AdmissionRequest request, Place response)
            throws WebhookReview.CallFailed {
        if (!response.text("patchType").equals("JSONPatch")) {
            throw new WebhookReview.CallFailed(
                    hook.name(),
                    "received invalid webhook response: webhook returned response.patch but not response.patchType",
                    null);
        }
        if (request.object() == null) {
            throw ApiException.internal("admission webhook \"" + hook.name()
                    + "\" attempted to modify the object, which is not supported for this operation");
        }
        Map<String, Object> before = Trees.deepCopy(request.object());
        Map<String, Object> patched;
        try {
            byte[] text = Base64.getDecoder().decode(response.text("patch"));
            patched = JsonPatch.parse(Json.parse(text)).apply(Trees.deepCopy(before));
        } catch (JsonException | IllegalArgumentException e) {
            throw new WebhookReview.CallFailed(
                    hook.name(), "received undecodable patch in webhook response: " + e.getMessage(), e);
        } catch (PatchException e) {
            throw ApiException.internal(e.getMessage());
        }
        replace(request, patched);
        return !Trees.deepEquals(before, request.object());
    }

    /** Others hold the object, so it is filled anew instead of exchanged. */
    private static void replace(AdmissionRequest request, Map<String, Object> patched) {
        Schema schema = Schemas.kind(request.kind());
        Map<String, Object> object = patched;
        if (schema != null) {
            object = StrictDecoder.decode(schema, patched).object();
            Defaulter.apply(schema, object);
        }
        request.object().clear();
        request.object().putAll(object);
    }
}
