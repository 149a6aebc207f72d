package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.discovery.ForeignApis;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.spi.ForeignCalls;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.time.Time;
import java.util.function.Function;
import java.util.function.Supplier;

/** Puts the parts of aggregation together. Safe for all threads. */
public final class Aggregator implements AutoCloseable {
    private final ServiceIndex index = new ServiceIndex();
    private final ObjectReader reader;
    private final AggregationProxy proxy;
    private final RemoteDocuments documents;
    private final Availability availability;
    private final LocalServices locals;
    private final DirectCalls calls;

    /**
     * @param api the server, with all rights
     * @param resolver finds endpoints of Services
     * @param identity how this server presents itself to others; gives null if it cannot
     */
    public Aggregator(
            ResourceTable table,
            ObjectReader reader,
            Function<ApiCall, ApiResponse> api,
            AdmissionServices.ServiceResolver resolver,
            Supplier<FrontProxy> identity,
            Time time) {
        this.reader = reader;
        RemoteTls tls = new RemoteTls(identity);
        RemoteClient client = new RemoteClient(resolver, tls);
        this.calls = new DirectCalls(index, client);
        this.documents = new RemoteDocuments(index, client);
        this.proxy = new AggregationProxy(index, resolver, tls, documents, time);
        this.availability = new Availability(index, reader, client, documents::learn, api, time);
        this.locals = new LocalServices(table, reader, api, time);
    }

    /** Begins to follow APIServices; returns at once. */
    public void start() {
        index.start(reader);
        availability.start();
        locals.start();
    }

    /** Finds requests that belong to other servers. */
    public Dispatcher.Documents proxy() {
        return proxy;
    }

    /** Answers calls of this process's components that belong to other servers. */
    public ForeignCalls calls() {
        return calls;
    }

    /** What other servers contribute to discovery and OpenAPI. */
    public ForeignApis documents() {
        return documents;
    }

    @Override
    public void close() {
        availability.close();
        locals.close();
    }
}
