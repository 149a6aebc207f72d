/**
 * The way of a request over HTTP, from the socket to a resource and back.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.http.HttpServer} listens; {@link io.k8j.apiserver.http.ConnectionSetup} gives each
 *       connection its pipeline: TLS, HTTP/1.1 or HTTP/2, then {@link io.k8j.apiserver.http.RequestAssembler}. All of this
 *       runs on event loops, which frame and parse and never wait.
 *   <li>The assembler starts a virtual thread for each {@link io.k8j.apiserver.http.Exchange}, which runs from here to the
 *       answer and may block.
 *   <li>{@link io.k8j.apiserver.http.ApiFrontend} lists the {@link io.k8j.apiserver.http.RequestFilter}s in their order.
 *   <li>{@link io.k8j.apiserver.http.Dispatcher} asks {@link io.k8j.apiserver.http.RequestPath} what is meant: documents
 *       ({@link io.k8j.apiserver.http.Tagged}), connections ({@link io.k8j.apiserver.http.ConnectHandler}), what belongs to
 *       servers behind this one, or a resource, of which {@link io.k8j.apiserver.http.CallReader} makes a call.
 *   <li>{@link io.k8j.apiserver.http.Answers} sends what comes of it in the form that {@link
 *       io.k8j.apiserver.http.Negotiation} found, made by {@link io.k8j.apiserver.http.ObjectForms}. {@link
 *       io.k8j.apiserver.http.BodySender} writes large bodies in pieces as the connection takes them, {@link
 *       io.k8j.apiserver.http.WatchResponder} the events of a watch as they come.
 * </ol>
 *
 * <p>Beside that way stand the bounds of it ({@link io.k8j.apiserver.http.RequestSettings}, {@link
 * io.k8j.apiserver.http.ConnectionGuard}, {@link io.k8j.apiserver.http.Drain}) and what this server asks of others ({@link
 * io.k8j.apiserver.http.HttpsClients}, {@link io.k8j.apiserver.http.ReviewWebhook}).
 */
package io.k8j.apiserver.http;
