package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Reinvocation;
import io.k8j.apiserver.admission.Versions;
import io.k8j.apiserver.admission.webhook.HookCaller.Outcome;
import io.k8j.apiserver.admission.webhook.Hooks.Hook;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.patch.JsonPatch;
import io.k8j.model.patch.PatchException;
import io.k8j.model.resource.GroupVersionKind;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets webhooks change new objects, one after the other. If one did, all steps run a second round, in which those that
 * want it are asked again.
 */
public final class MutatingWebhooks implements AdmissionPlugin {
    private static final String FAILED_OPEN = "failed-open.mutation.webhook.admission.k8s.io/";
    private static final String MUTATION = "mutation.webhook.admission.k8s.io/";
    private static final String PATCH = "patch.webhook.admission.k8s.io/";

    private final Hooks hooks;
    private final HookChoice choice;
    private final HookCaller caller;
    private final Versions versions;

    /** Keeps the webhooks' notes apart from those of policies. */
    private static final class Notes extends Reinvocation {}

    public MutatingWebhooks(AdmissionServices services) {
        this.hooks = new Hooks(services.reader(), "mutatingwebhookconfigurations");
        this.choice = new HookChoice(services, "admit");
        this.caller = new HookCaller(services, "admit");
        this.versions = services.versions();
    }

    @Override
    public String name() {
        return "MutatingAdmissionWebhook";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Matching.isExempt(request) && !hooks.all().isEmpty();
    }

    @Override
    public void mutate(AdmissionRequest request) {
        Notes notes = request.rounds().note(Notes.class, Notes::new);
        notes.begin(request);
        View view = new View(request, versions);
        List<Hook> all = hooks.all();
        for (int i = 0; i < all.size(); i++) {
            Hook hook = all.get(i);
            Matching.As as = choice.choose(hook, request, view.current(), view::in);
            if (as == null || request.rounds().isSecond() && !notes.isWanted(hook.uid())) continue;
            String key = "round_%d_index_%d".formatted(request.rounds().isSecond() ? 1 : 0, i);
            if (call(hook, as, view, key)) {
                notes.changed();
                request.rounds().again();
            }
            if (hook.isAskedAgain()) notes.asked(hook.uid());
        }
        view.close();
        notes.end(request);
    }

    /** Whether the webhook changed the object. */
    private boolean call(Hook hook, Matching.As as, View view, String key) {
        AdmissionRequest request = view.request;
        Map<String, Object> object = view.in(as);
        boolean[] changed = new boolean[1];
        try {
            caller.ask(hook, as, request, object, view.old(as), FAILED_OPEN + key, allowed -> {
                Outcome outcome = patch(hook, view, as, allowed.response(), key);
                changed[0] = outcome instanceof Outcome.Allowed && view.tookChange();
                return outcome;
            });
        } finally {
            Map<String, Object> note = note(hook);
            note.put("mutated", changed[0]);
            request.context().annotate(MUTATION + key, Json.writeString(note));
        }
        return changed[0];
    }

    private static Map<String, Object> note(Hook hook) {
        Map<String, Object> note = new LinkedHashMap<>();
        note.put("configuration", hook.configuration());
        note.put("webhook", hook.name());
        return note;
    }

    private static Outcome patch(Hook hook, View view, Matching.As as, Place response, String key) {
        Outcome done = new Outcome.Allowed(response);
        if (response.text("patch").isEmpty()) return done;
        Object operations;
        JsonPatch patch;
        try {
            operations = Json.parse(Base64.getDecoder().decode(response.text("patch")));
            patch = JsonPatch.parse(operations);
        } catch (JsonException | IllegalArgumentException | PatchException e) {
            return new Outcome.Failed("received undecodable patch in webhook response: " + e.getMessage(), 503, e);
        }
        if (operations instanceof List<?> list && list.isEmpty()) return done;
        if (view.current() == null) {
            return new Outcome.Refused(ApiException.internal("admission webhook " + GoQuote.quote(hook.name())
                    + " attempted to modify the object, which is not supported for this operation"));
        }
        String type = response.text("patchType");
        if (!type.isEmpty() && !type.equals("JSONPatch")) {
            return new Outcome.Failed("unsupported patch type " + GoQuote.quote(type), 400, null);
        }
        try {
            view.take(as, patch.apply(Trees.deepCopy(view.in(as))));
        } catch (PatchException | ApiException e) {
            return new Outcome.Refused(ApiException.internal(inner(e, as)));
        }
        Map<String, Object> note = note(hook);
        note.put("patch", operations);
        note.put("patchType", "JSONPatch");
        view.request.context().annotateBodies(PATCH + key, Json.writeString(note));
        return done;
    }

    /** Upstream says only what its decoder says. */
    private static String inner(Exception e, Matching.As as) {
        String about = " cannot be handled as a " + as.kind().kind() + ": ";
        int why = e.getMessage().indexOf(about);
        return why < 0 ? e.getMessage() : e.getMessage().substring(why + about.length());
    }

    /** The new object on its way from webhook to webhook, in the version that the last of them saw. */
    private static final class View {
        private final AdmissionRequest request;
        private final Versions versions;
        private Matching.As as;
        private Map<String, Object> object;
        private boolean dirty;
        private boolean changed;

        View(AdmissionRequest request, Versions versions) {
            this.request = request;
            this.versions = versions;
        }

        Map<String, Object> current() {
            return object == null ? request.object() : object;
        }

        Map<String, Object> in(Matching.As wanted) {
            if (current() == null) return null;
            if (object == null || !as.kind().equals(wanted.kind())) {
                object = versions.convert(current(), wanted.kind());
                as = wanted;
            }
            return object;
        }

        Map<String, Object> old(Matching.As wanted) {
            return request.old() == null ? null : versions.convert(request.old(), wanted.kind());
        }

        void take(Matching.As from, Map<String, Object> patched) {
            for (String field : List.of("apiVersion", "kind")) {
                if (!Trees.deepEquals(patched.get(field), object.get(field))) {
                    throw ApiException.badRequest("a patch may not change " + field);
                }
            }
            Map<String, Object> decoded = versions.convert(versions.decode(patched, from.kind()), from.kind());
            changed = !Trees.deepEquals(decoded, object);
            dirty |= changed;
            object = decoded;
            as = from;
        }

        boolean tookChange() {
            boolean took = changed;
            changed = false;
            return took;
        }

        /** Gives what came out to the steps that follow; others hold the object, so it is filled anew. */
        void close() {
            if (!dirty) return;
            Object version = request.object().get("apiVersion");
            boolean stored = version == null || version.equals(object.get("apiVersion"));
            Map<String, Object> result = stored
                    ? object
                    : versions.convert(
                            object,
                            GroupVersionKind.of(version.toString(), as.kind().kind()));
            request.object().clear();
            request.object().putAll(result);
        }
    }
}
