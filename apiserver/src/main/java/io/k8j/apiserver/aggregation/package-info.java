/**
 * Aggregation: group versions that other servers serve, as APIServices say.
 *
 * <ol>
 *   <li>{@code ServiceIndex} follows APIServices that name a Service.
 *   <li>{@code Availability} asks the servers behind them whether they answer, on a virtual thread of its own, and writes
 *       the condition; {@code RemoteDocuments} keeps what they say of themselves for discovery and OpenAPI.
 *   <li>{@code AggregationProxy} gets each authorized request first and passes on what belongs elsewhere, with the user in
 *       headers ({@link io.k8j.apiserver.aggregation.FrontProxy}) and this server's certificate as proof
 *       ({@code RemoteTls}).
 *   <li>{@code DirectCalls} does the same for calls of components in this process.
 *   <li>{@code LocalServices} keeps an APIService for each group version served here.
 * </ol>
 */
package io.k8j.apiserver.aggregation;
