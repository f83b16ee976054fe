import { Controller, Get, Header } from '@nestjs/common';
import {
  asyncApiOf,
  catalogueOf,
  kitVersion,
  openApiOf,
  StreamRegistry,
  type Document,
} from '@fedistream/stream-kit/server';
import { streamingPath } from './http-request.js';

/** Documents for client developers, generated from the loaded streams. They contain no secrets, so no token is needed. */
@Controller(streamingPath)
export class DocumentsController {
  readonly #asyncApi: Document;
  readonly #openApi: Document;

  constructor({ definitions, families }: StreamRegistry) {
    const entries = catalogueOf(definitions, families);
    this.#asyncApi = asyncApiOf(entries, kitVersion);
    this.#openApi = openApiOf(entries, kitVersion);
  }

  @Get('asyncapi.json')
  @Header('Cache-Control', 'public, max-age=300')
  asyncApi(): Document {
    return this.#asyncApi;
  }

  @Get('openapi.json')
  @Header('Cache-Control', 'public, max-age=300')
  openApi(): Document {
    return this.#openApi;
  }
}
