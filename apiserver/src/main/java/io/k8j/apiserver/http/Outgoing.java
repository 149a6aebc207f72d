package io.k8j.apiserver.http;

/** An answer that is not all written yet and hears how its connection is doing. Called on the event loop. */
interface Outgoing {
    /** The connection takes more again, or no more for now. */
    void writabilityChanged();

    /** The client is gone; nothing is to be written any more. */
    void disconnected();
}
