package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.spi.Authorizer.Attributes;

/**
 * Who asks for seats, for people who look at the queues.
 *
 * @param schema name of the FlowSchema that fits
 * @param distinguisher what tells its flow from others of the schema; may be empty
 */
record Visit(String schema, String distinguisher, Attributes request) {}
