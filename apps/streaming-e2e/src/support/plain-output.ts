/*
 * Programs that tests start print no colours, also where the command that runs the tests asks for them, as Nx does. Tests compare
 * what is printed.
 */
delete process.env['FORCE_COLOR'];
process.env['NO_COLOR'] = '1';
