package io.k8j.apiserver;

import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.subresource.Subresources;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.CreateHandler;
import io.k8j.apiserver.verb.DeleteCollectionHandler;
import io.k8j.apiserver.verb.DeleteFlow;
import io.k8j.apiserver.verb.DeleteHandler;
import io.k8j.apiserver.verb.GetHandler;
import io.k8j.apiserver.verb.Handler;
import io.k8j.apiserver.verb.Hooks;
import io.k8j.apiserver.verb.ListHandler;
import io.k8j.apiserver.verb.ObjectCreator;
import io.k8j.apiserver.verb.ObjectWriter;
import io.k8j.apiserver.verb.PatchHandler;
import io.k8j.apiserver.verb.Rules;
import io.k8j.apiserver.verb.UpdateFlow;
import io.k8j.apiserver.verb.UpdateHandler;
import io.k8j.apiserver.verb.WatchHandler;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.Verb;
import io.k8j.model.time.Time;
import io.k8j.store.Store;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Puts the handlers together and finds the one for a request. */
final class Handlers implements AutoCloseable {
    private final Map<Verb, Handler> verbs = new EnumMap<>(Verb.class);
    private final Subresources subresources = new Subresources();
    private final WatchHandler watch;
    private final Admission admission;

    Handlers(
            Store store,
            StoreFeed feed,
            CoreConfig config,
            Time time,
            ApiServerCore core,
            Access access,
            List<AdmissionPlugin> plugins,
            ApiServerCore.Parts parts) {
        admission = new Admission(plugins);
        ObjectWriter writer = new ObjectWriter(store, feed, time);
        Hooks hooks = new Hooks(Map.of());
        ObjectCreator creator = new ObjectCreator(
                writer, admission, hooks, () -> ThreadLocalRandom.current().nextLong());
        UpdateFlow updates = new UpdateFlow(writer, creator, admission, hooks);
        DeleteFlow deletes = new DeleteFlow(writer, admission, hooks);
        ListHandler lister = new ListHandler(feed);
        Consumer<Call> mayCreate = call -> access.checkCreate(call.context().user(), call.api());
        verbs.put(Verb.GET, new GetHandler(feed));
        verbs.put(Verb.LIST, lister);
        verbs.put(Verb.CREATE, new CreateHandler(admission, creator));
        verbs.put(Verb.UPDATE, new UpdateHandler(updates, Rules.MAIN, mayCreate));
        verbs.put(Verb.PATCH, new PatchHandler(updates, Rules.MAIN, mayCreate));
        verbs.put(Verb.DELETE, new DeleteHandler(deletes));
        verbs.put(Verb.DELETECOLLECTION, new DeleteCollectionHandler(lister, deletes));
        subresources.add("*", "status", Verb.GET, new GetHandler(feed));
        subresources.add("*", "status", Verb.UPDATE, new UpdateHandler(updates, Rules.STATUS, mayCreate));
        subresources.add("*", "status", Verb.PATCH, new PatchHandler(updates, Rules.STATUS, mayCreate));
        watch = new WatchHandler(feed, time, config.watchQueue());
    }

    void start() {}

    Handler find(ServedResource resource, ApiCall call) {
        if (!call.subresource().isEmpty() || resource.storage() == null) {
            return subresources.find(resource.gvr().qualified(), call.subresource(), call.verb());
        }
        if (!resource.info().verbs().contains(call.verb().word())) return null;
        return verbs.get(call.verb());
    }

    WatchHandler watch() {
        return watch;
    }

    void admitConnect(Call call, Map<String, Object> options) {
        admission.check(new AdmissionRequest(
                call.context(),
                AdmissionRequest.Operation.CONNECT,
                call.resource().info().subresource(call.api().subresource()).gvk(),
                options,
                null,
                null));
    }

    @Override
    public void close() {}
}
